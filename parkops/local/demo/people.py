"""Invented people, vehicles and words of the demonstration. Any likeness is chance."""

from dataclasses import dataclass
from random import Random

from permits.rules.plates import Plate, read_plates

_FIRST = """
    Ada Amara Anders Bea Ben Carlos Chloe Daniel Dina Elif Emma Esther Femi Frank Grace Hana
    Hugo Ines Ivan Jack Jamal Joan Kai Karim Lena Leo Lucía Mai Marco Maya Mei Nadia Nils Noor
    Olga Omar Paul Priya Quinn Rosa Ryan Sara Sofía Tariq Tess Uma Victor Wen Yara Zoe
"""
FIRST = tuple(_FIRST.split())
_LAST = """
    Abara Andersson Bauer Bianchi Brooks Chen Costa Dahl Dawson Diaz Ellis Farah Fischer García
    Gray Haddad Hoffmann Ito Jensen Kaya Kim Kowalski Laurent Lee Lopez Martin Mbeki Meyer
    Moreau Nakamura Nguyen Novak O’Brien Okafor Park Patel Reyes Rossi Santos Schmidt Silva
    Singh Tanaka Torres Tremblay Vega Wagner Weber Whitlock Young
"""
LAST = tuple(_LAST.split())
LONG = "Maximiliana-Konstantina von Hohenstein-Weissenfels-Albuquerque"
MAKES = (
    ("Honda", "Civic"),
    ("Toyota", "Corolla"),
    ("Subaru", "Outback"),
    ("Ford", "Escape"),
    ("Tesla", "Model 3"),
    ("Hyundai", "Kona"),
    ("Volkswagen", "Golf"),
    ("Chevrolet", "Bolt"),
    ("Mazda", "CX-5"),
    ("Nissan", "Leaf"),
)
ELECTRIC = {"Tesla", "Nissan"}
COLORS = ["white", "black", "silver", "gray", "blue", "red", "green"]
REGIONS = {"campus": ("OR", "OR", "OR", "WA", "CA"), "town": ("ON", "ON", "ON", "ON", "QC")}
LETTERS = "ABCDEFGHJKLMNPRSTVWXYZ"

APPEALS = (
    ("had_permit", "My permit was paid that morning; the confirmation came a few minutes later."),
    ("signs", "The sign at the entrance was behind a tree. I enclose a picture."),
    ("equipment", "The pay page did not load on my phone for twenty minutes."),
    ("emergency", "I drove a colleague to the clinic and came back at once."),
    ("wrong_details", "I was in the lot next to the one on the citation."),
    ("other", "It was my first week and I did not know the rules yet."),
)
DECISIONS = (
    ("upheld", "rules_apply", "The sign at the entrance is in plain view, and no right was held."),
    ("upheld", "evidence", "The photos show the vehicle in the place and at the time stated."),
    ("reduced", "hardship", "A first citation: half of the fine stands."),
    ("dismissed", "signs", "The sign was covered when the citation was written."),
    ("dismissed", "had_permit", "The permit had been paid before the citation was written."),
)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """An invented vehicle."""

    plate: str
    region: str
    make: str
    model: str
    color: str
    fuel: str

    @property
    def read(self) -> Plate:
        """Its plate as operations take it."""
        return read_plates([(self.plate, self.region)])[0]


@dataclass(frozen=True, slots=True)
class Person:
    """An invented customer."""

    name: str
    email: str
    vehicle: Vehicle


def vehicle(dice: Random, slug: str) -> Vehicle:
    """Invent a vehicle with a plate as that place writes them."""
    make, model = dice.choice(MAKES)
    letters = "".join(dice.choice(LETTERS) for _ in range(4))
    digits = f"{dice.randrange(1000):03}"
    plate = f"{letters} {digits}" if slug == "town" else f"{digits} {letters[:3]}"
    fuel = "electric" if make in ELECTRIC else dice.choice(("petrol", "petrol", "diesel"))
    return Vehicle(plate, dice.choice(REGIONS[slug]), make, model, dice.choice(COLORS), fuel)


def person(dice: Random, slug: str, index: int) -> Person:
    """Invent the customer with this index; one of them has a name that tries every page."""
    name = LONG if index == 7 else f"{dice.choice(FIRST)} {dice.choice(LAST)}"
    plain = name.lower().encode("ascii", "ignore").decode()
    address = ".".join("".join(c for c in word if c.isalnum()) for word in plain.split())
    return Person(name, f"{address[:40]}.{index}@{slug}.example", vehicle(dice, slug))
