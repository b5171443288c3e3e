"""SCIM 2.0: what a directory says becomes customers, audiences, and the end of permits."""

import json
from uuid import uuid4

import pytest
from django.utils import timezone

from parkops.customers import operations as customers
from parkops.customers.models import Customer
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from permits.models import EligibilityLoss
from permits.rules.scim import Person, patch_person, read_filter

KNOWN = ["STAFF", "STUDENT"]
ANA = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "ana@x.org",
    "externalId": "7",
    "name": {"givenName": "Ana", "familyName": "Lee"},
    "roles": [{"value": "staff"}, {"value": "chess-club"}],
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ('userName eq "a@x.org"', ("email", "a@x.org")),
        ('externalId EQ "7"', ("external_id", "7")),
        (r'id eq "a\"b"', ("id", 'a"b')),
    ],
)
def test_filters_are_read(text, found):
    assert read_filter(text) == found


@pytest.mark.parametrize("text", ["userName", 'userName co "a"', 'title eq "x"', 'a eq "b" or c'])
def test_other_filters_are_refused(text):
    with pytest.raises(Refused) as refusal:
        read_filter(text)
    assert refusal.value.code == "invalidFilter"


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ({"op": "replace", "path": "active", "value": False}, {"is_active": False}),
        ({"op": "Replace", "value": {"active": "False"}}, {"is_active": False}),
        ({"op": "add", "path": "roles", "value": [{"value": "STUDENT"}]}, {"audiences": tuple(KNOWN)}),
        ({"op": "replace", "path": "roles", "value": [{"value": "student"}]}, {"audiences": ("STUDENT",)}),
        ({"op": "remove", "path": "roles"}, {"audiences": ()}),
        ({"op": "remove", "path": 'roles[value eq "STAFF"]'}, {"audiences": ()}),
        ({"op": "replace", "path": "userName", "value": "b@x.org"}, {"email": "b@x.org"}),
        ({"op": "replace", "path": 'emails[type eq "work"].value', "value": "b@x.org"}, {"email": "b@x.org"}),
        ({"op": "replace", "path": "name.formatted", "value": "Bo"}, {"name": "Bo"}),
        ({"op": "add", "path": "nickName", "value": "Bo"}, {}),
    ],
)  # fmt: skip
def test_patches(operation, changed):
    before = Person("a@x.org", "Ana", "7", ("STAFF",))
    after = patch_person([operation], before, known=KNOWN)
    fields = ("email", "name", "external_id", "audiences", "is_active")
    told = {name: getattr(after, name) for name in fields}
    assert told == {name: getattr(before, name) for name in fields} | changed


@pytest.mark.parametrize(
    "operation",
    ["x", {"op": "move"}, {"op": "add"}, {"op": "replace", "path": "active", "value": 3}],
)
def test_patches_that_are_none(operation):
    with pytest.raises(Refused):
        patch_person([operation], Person(), known=KNOWN)


@pytest.mark.django_db
class TestDirectory:
    @pytest.fixture
    def ask(self, site, token):
        headers = token("scim")

        def send(method, path, body=None, **more):
            return getattr(site, method)(
                f"/scim/v2/{path}",
                **({"data": json.dumps(body)} if body is not None else {}),
                **({"content_type": "application/scim+json"} if method != "get" else {}),
                headers={**headers, **more},
            )

        return send

    @pytest.mark.parametrize("path", ["ServiceProviderConfig", "Schemas", "ResourceTypes"])
    def test_tells_what_it_can(self, ask, path):
        answer = ask("get", path)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/scim+json"
        assert answer.json()["schemas"]

    def test_a_person_comes_changes_and_leaves(self, ask):
        made = ask("post", "Users", ANA)
        assert made.status_code == 201, made.content
        ident = made.json()["id"]
        person = Customer.objects.get(reference=ident)
        told = (person.email, person.name, person.external_id, person.audiences)
        assert told == ("ana@x.org", "Ana Lee", "7", ["STAFF"])
        again = ask("post", "Users", ANA)
        assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")
        seen = ask("get", f"Users/{ident}")
        assert ask("get", f"Users/{ident}", **{"if-none-match": seen["ETag"]}).status_code == 304
        patch = {"Operations": [{"op": "replace", "path": "userName", "value": "lee@x.org"}]}
        assert ask("patch", f"Users/{ident}", patch).json()["userName"] == "lee@x.org"
        whole = ask("put", f"Users/{ident}", {**ANA, "roles": [{"value": "STUDENT"}]})
        assert whole.json()["roles"] == [{"value": "STUDENT"}]
        assert ask("delete", f"Users/{ident}").status_code == 204
        person.refresh_from_db()
        assert person.audiences == []

    def test_lists_by_pages_and_filters(self, ask):
        for n in range(5):
            ask("post", "Users", {"userName": f"p{n}@x.org", "externalId": f"p{n}"})
        page = ask("get", "Users?startIndex=2&count=2").json()
        assert (page["totalResults"], page["itemsPerPage"], page["startIndex"]) == (5, 2, 2)
        found = ask("get", 'Users?filter=userName eq "P3@x.org"').json()
        assert [row["externalId"] for row in found["Resources"]] == ["p3"]
        assert ask("get", "Users?filter=bad").status_code == 400

    def test_whom_the_institution_does_not_know_it_does_not_see(self, ask):
        one = customers.register_customer(email="lone@x.org", by=SYSTEM, at=timezone.now())
        assert ask("get", "Users").json()["totalResults"] == 0
        assert ask("get", f"Users/{one.reference}").status_code == 404
        made = ask("post", "Users", {"userName": "LONE@x.org", "externalId": "1"})
        assert made.json()["id"] == str(one.reference)

    def test_leaving_staff_ends_the_permit_later(self, ask, sell):
        ident = ask("post", "Users", ANA).json()["id"]
        person = Customer.objects.get(reference=ident)
        sell(person, "STAFF-YEAR", "A 1", at=timezone.now())
        off = {"Operations": [{"op": "replace", "path": "active", "value": False}]}
        assert ask("patch", f"Users/{ident}", off).json()["active"] is False
        assert EligibilityLoss.objects.count() == 1

    def test_groups_are_audiences(self, ask):
        ident = ask("post", "Users", {**ANA, "roles": []}).json()["id"]
        assert {g["id"] for g in ask("get", "Groups").json()["Resources"]} == set(KNOWN)
        for act, audiences in (("add", ["STUDENT"]), ("remove", [])):
            body = {"Operations": [{"op": act, "path": "members", "value": [{"value": ident}]}]}
            assert ask("patch", "Groups/STUDENT", body).status_code == 204
            assert Customer.objects.get(reference=ident).audiences == audiences
        assert ask("get", "Groups/NOBODY").status_code == 404

    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"userName": 7}', b'{"userName": "x"}'])
    def test_what_is_no_person_is_refused(self, site, token, body):
        answer = site.post(
            "/scim/v2/Users", body, content_type="application/scim+json", headers=token("scim")
        )
        assert answer.status_code == 400
        assert answer.json()["status"] == "400"

    def test_needs_a_token_of_this_tenant_with_the_scope(self, site, other_site, token):
        assert site.get("/scim/v2/Users").status_code == 401
        assert site.get("/scim/v2/Users", headers=token("customers:read")).status_code == 403
        assert other_site.get("/scim/v2/Users", headers=token("scim")).status_code == 401
        assert site.get(f"/scim/v2/Users/{uuid4()}", headers=token("scim")).status_code == 404

    def test_says_how_to_come_in_and_how_large_a_body_is(self, site, token):
        answer = site.get("/scim/v2/Users")
        assert answer["WWW-Authenticate"] == "Bearer"
        large = b'{"userName": "' + b"x" * 1024 * 1024 + b'"}'
        for length in (str(len(large)), "none", "9" * 20):
            answer = site.post(
                "/scim/v2/Users",
                large,
                content_type="application/scim+json",
                headers=token("scim"),
                CONTENT_LENGTH=length,
            )
            assert (answer.status_code, answer.json()["status"]) == (413, "413")
