"""Every component renders, says what it must, and writes nothing of people's without escaping it."""

import re
from datetime import UTC, date, datetime

import pytest
from django import forms
from django.core.paginator import Paginator

from parkops.kernel.money import Money
from parkops.ui import charts, maps
from parkops.ui.templatetags.ui import register
from parkops.ui.values import Event, Option, Reason, Tab, Todo

AT = datetime(2025, 10, 15, 21, 6, tzinfo=UTC)
EVIL = "<script>alert(1)</script>"
TOLD = "&lt;script&gt;"


class Sample(forms.Form):
    """One field of each kind."""

    plate = forms.CharField(help_text="As on the car")
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="I agree")
    note = forms.CharField(required=False, widget=forms.Textarea)
    photo = forms.FileField(required=False)


class TestWords:
    def test_badge_has_its_tone(self, draw):
        assert draw('{% badge "In force" "good" %}') == (
            '<span class="badge" data-tone="good">In force</span>'
        )

    def test_badge_refuses_another_tone(self, draw):
        with pytest.raises(ValueError, match="tone"):
            draw('{% badge "x" "green" %}')

    def test_money_takes_money_and_minor_units(self, draw):
        assert ">$45.00<" in draw("{% money 4500 %}")
        assert ">−$16.50<" in draw("{% money amount %}", amount=Money(-1650, "USD"))
        assert ">€45.00<" in draw("{% money amount %}", amount=Money(4500, "EUR"))
        assert draw("{% money amount %}", amount=None) == ""

    def test_when_is_in_the_tenants_zone(self, draw):
        assert draw("{% when at %}", at=AT) == (
            '<time datetime="2025-10-15T21:06:00+00:00">15 Oct 2025, 14:06</time>'
        )
        assert ">14:06<" in draw('{% when at "time" %}', at=AT)
        assert ">Wed 15 Oct<" in draw('{% when at "weekday" %}', at=AT)
        assert ">15 Oct 2025<" in draw("{% when on %}", on=date(2025, 10, 15))
        assert draw("{% when at %}", at=None) == ""

    def test_plate_has_its_region_and_is_missing_without_text(self, draw):
        assert 'class="plate__region">WA<' in draw('{% plate "8KRT 204" "US-WA" %}')
        assert ">Washington<" in draw('{% plate "8KRT 204" "US-WA" size="xl" %}')
        assert "plate--eu" in draw('{% plate "KLM-204" "FIN" size="l" %}')
        assert "data-missing" in draw('{% plate "" %}')
        assert draw('{% plate "A" href="/x" %}').startswith('<a class="plate" href="/x">')

    def test_button_is_a_link_with_an_address_and_stays_when_refused(self, draw):
        assert draw('{% button "Go" href="/x" %}') == '<a class="button" href="/x">Go</a>'
        busy = draw('{% button "Pay" kind="primary" busy="Paying" hx_post="/p" %}')
        assert 'data-busy="Paying"' in busy
        assert 'hx-post="/p"' in busy
        assert 'type="submit"' in busy
        refused = draw('{% button "Publish" refused="Two faults." href="/x" %}')
        assert "disabled" in refused
        assert "Two faults." in refused
        assert "/x" not in refused

    def test_steps_fill_up_to_now(self, draw):
        drawn = draw('{% steps 3 5 "dates" %}')
        assert "Step 3 of 5: dates" in drawn
        assert drawn.count("data-done") == 2
        assert drawn.count('aria-current="step"') == 1

    @pytest.mark.parametrize(
        "source",
        [
            "{% badge evil %}",
            "{% plate evil evil %}",
            "{% button evil href=evil %}",
            "{% button evil refused=evil %}",
            "{% card evil sub=evil link_text=evil link='/' %}x{% endcard %}",
            "{% notice evil %}{{ evil }}{% endnotice %}",
            "{% emptybay evil %}{{ evil }}{% endemptybay %}",
            "{% dialog 'd' evil evil evil %}x{% enddialog %}",
            "{% because lines %}",
            "{% timeline events %}",
            "{% stat evil evil note=evil href=evil %}",
            "{% verdict 'bad' evil sub=evil plate=evil %}{% endverdict %}",
            "{% answers %}{% answer evil evil %}{{ evil }}{% endanswer %}{% endanswers %}",
            "{% table evil %}{% endtable %}",
            "{% progress 1 2 evil %}",
            "{% qr evil label=evil %}",
            "{% meter 1 2 evil %}",
            "{% chart chart %}",
            "{% zone_map map %}",
            "{% tabs tabs %}",
            "{% todo todo %}",
        ],
    )
    def test_what_people_typed_is_escaped(self, draw, source):
        square = [[0, 0], [1, 0], [1, 1], [0, 0]]
        shape = {"type": "Polygon", "coordinates": [square]}
        drawn = draw(
            source,
            evil=EVIL,
            lines=[EVIL, Reason(EVIL, note=EVIL)],
            events=[Event(AT, EVIL, EVIL, plate=EVIL, url=EVIL)],
            chart=charts.bars([charts.Point(EVIL, 1, EVIL, EVIL)], title=EVIL, head=EVIL),
            map=maps.draw([maps.Place(EVIL, shape, EVIL, EVIL)], title=EVIL),
            tabs=[Tab(EVIL, EVIL)],
            todo=[Todo(EVIL, EVIL, EVIL, EVIL, EVIL)],
        )
        assert "<script" not in drawn
        assert TOLD in drawn


class TestForms:
    def test_a_field_ties_hint_and_error_to_its_input(self, draw):
        drawn = draw('{% field form.plate kind="plate" %}', form=Sample({}))
        assert '<label class="field__label" for="id_plate">' in drawn
        assert 'aria-describedby="id_plate-hint id_plate-error"' in drawn
        assert 'id="id_plate-hint"' in drawn
        assert 'aria-invalid="true"' in drawn
        assert drawn.index("field__label") < drawn.index("field__error") < drawn.index("<input")
        assert 'class="input input--plate"' in drawn
        assert 'spellcheck="false"' in drawn

    def test_what_may_be_left_out_says_so_but_not_in_filters(self, draw):
        assert "optional" in draw("{% field form.note %}", form=Sample())
        assert "optional" not in draw("{% field form.note compact=True %}", form=Sample())

    def test_a_choice_of_few_is_a_group_of_rows(self, draw):
        drawn = draw("{% field form.kind %}", form=Sample({"kind": "b"}))
        assert drawn.count('<label class="choice">') == 2
        assert "<legend" in drawn
        assert drawn.count("checked") == 1

    def test_a_tick_stands_beside_its_words(self, draw):
        drawn = draw("{% field form.agree %}", form=Sample())
        assert '<label class="tick"><input type="checkbox"' in drawn
        assert "I agree" in drawn

    def test_a_refused_choice_stays_and_cannot_be_taken(self, draw):
        options = [
            Option("a", "East", price=Money(14850, "USD"), why="93 left"),
            Option("b", "North", refused="Sold out.", url="/wait", url_text="Join"),
        ]
        drawn = draw("{% choices form.kind options %}", form=Sample({"kind": "a"}), options=options)
        assert "$148.50" in drawn
        assert drawn.count("disabled") == 1
        assert "Sold out." in drawn
        assert 'value="b"' not in drawn
        assert '<a href="/wait">Join</a>' in drawn

    def test_errors_lead_to_their_fields(self, draw):
        drawn = draw("{% errors form %}", form=Sample({}))
        assert "3 things need a look." in drawn
        assert '<a href="#id_plate">Plate: This field is required.</a>' in drawn
        assert "I agree: This field is required." in drawn
        assert 'role="alert"' in drawn
        valid = Sample({"plate": "A", "kind": "a", "agree": "on"})
        assert draw("{% errors form %}", form=valid).strip() == ""

    def test_what_a_field_says_in_its_own_words_is_said_without_its_name(self, draw):
        class Worded(forms.Form):
            why = forms.CharField(label="Why?", error_messages={"required": "Say why."})
            code = forms.CharField(label="What code?", max_length=3)

        form = Worded({"code": "ABCD"})
        form.add_error("code", "There is no such code.")
        lines = re.findall(r"<li><a [^>]*>(.*?)</a></li>", draw("{% errors form %}", form=form))
        assert lines == [
            "Say why.",
            "What code: Ensure this value has at most 3 characters (it has 4).",
            "There is no such code.",
        ]

    def test_photo_takes_pictures_only(self, draw):
        drawn = draw("{% photo form.photo %}", form=Sample())
        assert 'accept="image/*"' in drawn
        assert 'for="id_photo"' in drawn

    def test_plate_input_shows_the_plate_and_its_doubt(self, draw):
        drawn = draw("{% plate_input form.plate %}", form=Sample({"plate": "8KRT2O4"}))
        assert "plate--xl" in drawn
        assert "data-plate-doubt" in drawn

    def test_keypad_is_an_input_without_javascript(self, draw):
        drawn = draw('{% keypad form.plate "Washington" %}', form=Sample())
        assert 'name="plate"' in drawn
        assert "data-keys hidden" in drawn
        assert drawn.count("data-key=") == 38


class TestRows:
    def test_because_numbers_what_was_applied_and_ends_in_the_sum(self, draw):
        drawn = draw(
            "{% because lines total=total %}",
            lines=["A", Reason("B", Money(-5, "USD"), "note"), {"text": "C"}],
            total=Money(95, "USD"),
        )
        assert drawn.count("<li") == 4
        assert "because__sum" in drawn
        assert "−$0.05" in drawn

    def test_timeline_has_a_head_for_each_local_day(self, draw):
        events = [Event(AT, "B", tone="bad", plate="8KR"), Event(AT.replace(day=14), "A")]
        drawn = draw("{% timeline events %}", events=events)
        assert drawn.count("timeline__day") == 2
        assert "15 Oct 2025" in drawn
        assert 'class="plate"' in drawn
        assert draw("{% timeline events days=False %}", events=events).count("timeline__day") == 0

    def test_pages_say_which_rows_and_keep_the_filters(self, draw):
        page = Paginator(range(412), 12).page(2)
        drawn = draw("{% pages page target='#results' %}", path="/x/?state=open&page=2", page=page)
        assert "<b>13</b> to <b>24</b> of <b>412</b>" in drawn
        assert 'href="?state=open&amp;page=1"' in drawn
        assert 'hx-get="?state=open&amp;page=3"' in drawn
        only = draw("{% pages page %}", page=Paginator(range(3), 12).page(1))
        assert "href" not in only
        assert draw("{% pages page %}", page=Paginator([], 12).page(1)).strip() == ""

    def test_a_head_sorts_up_then_down(self, draw):
        up = draw('{% sort "Until" "until" %}', path="/x/?sort=until&q=1")
        assert 'aria-sort="ascending"' in up
        assert "sort=-until" in up
        down = draw('{% sort "Until" "until" %}', path="/x/?sort=-until")
        assert 'aria-sort="descending"' in down
        assert "aria-sort" not in draw('{% sort "Until" "until" default="number" %}')

    def test_a_stat_is_a_link_to_its_rows(self, draw):
        drawn = draw(
            "{% stats %}{% stat 'Taken' amount href='/p' spark=spark %}{% endstats %}",
            amount=Money(1284650, "USD"),
            spark=charts.spark([1, 2]),
        )
        assert '<a class="stat__value" href="/p">$12,846<small>.50</small></a>' in drawn
        assert 'class="spark"' in drawn

    def test_live_says_how_old_and_can_be_paused(self, draw):
        drawn = draw("{% live '/l' version='v1' %}14:02{% endlive %}{% live_notice %}")
        assert 'zone="America/Los_Angeles"' in drawn
        assert "data-live-pause" in drawn
        assert "data-live-notice hidden" in drawn

    def test_a_dialog_posts_with_its_token(self, draw):
        drawn = draw(
            "{% opener 'd' 'Revoke…' %}{% dialog 'd' 'Revoke?' '/r' 'Revoke it' %}x{% enddialog %}"
        )
        assert 'commandfor="d" command="show-modal"' in drawn
        assert "csrfmiddlewaretoken" in drawn
        assert ">Revoke it</button>" in drawn


class TestDrawings:
    def test_a_chart_has_a_title_on_each_mark_its_links_and_its_table(self, draw):
        chart = charts.bars([charts.Point("07", 4, "/h"), charts.Point("08", 7)], title="By hour")
        drawn = draw("{% chart chart %}", chart=chart)
        assert drawn.count("<title>") == 2
        assert 'role="group"' in drawn
        assert 'href="/h"' in drawn
        assert drawn.count("<td") == 2
        assert "style" not in drawn

    @pytest.mark.parametrize("shape", ["line", "stacked", "heat", "shares"])
    def test_every_shape_is_drawn_on_the_page_and_on_paper(self, draw, shape):
        points = [charts.Point("a", 1), charts.Point("b", 2)]
        chart = {
            "line": lambda: charts.line(points, title="t", before=[1, 3]),
            "stacked": lambda: charts.stacked(
                ["a", "b"], [("x", points), ("y", points)], title="t"
            ),
            "heat": lambda: charts.heat(["a", "b"], [("Mon", points)], title="t"),
            "shares": lambda: charts.shares(points, title="t"),
        }[shape]()
        assert 'role="img"' in draw("{% chart chart %}", chart=chart)
        paper = draw("{% paper_chart chart %}", chart=chart)
        assert "var(" not in paper
        assert "class=" not in paper
        assert "<path" in paper or "<rect" in paper

    def test_a_meter_says_its_share(self, draw):
        drawn = draw('{% meter 92 100 "E1" tone="warn" before=88 %}')
        assert 'aria-label="E1 is 92 percent full"' in drawn
        assert 'x="88.0%"' in drawn
        assert "0 percent" in draw("{% meter 0 0 %}")

    def test_a_qr_code_is_dark_on_white(self, draw):
        drawn = draw('{% qr "https://x.example/p/1" size="30mm" %}')
        assert 'fill="#fff"' in drawn
        assert 'width="30mm"' in drawn


def test_no_component_is_without_a_test_or_an_entry_in_the_gallery():
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    gallery = (root / "templates/ui/gallery.html").read_text()
    layouts = {"told", "heading_text"}
    missing = {
        name
        for name in register.tags
        if f"{{% {name} " not in gallery and f"{{% {name} %" not in gallery
    } - layouts
    # Paper and parts of other components.
    assert missing <= {"paper_chart", "sparkline", "number", "share", "disclosure"}


def test_what_polls_in_the_gallery_is_told_that_nothing_is_new(site, alice):
    site.login_as(alice)
    assert site.get("/office/ui/").status_code == 200
    assert site.get("/office/ui/", headers={"HX-Request": "true"}).status_code == 204
