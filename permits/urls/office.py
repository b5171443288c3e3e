"""Where staff find, sell and change permits."""

from django.urls import include, path

from permits.views.office import (
    acts,
    bulk,
    coupons,
    departments,
    documents,
    draws,
    hangtags,
    in_parts,
    lines,
    roster,
    selling,
    showing,
    stays,
    switching,
    texts,
    vehicles,
    visitor_events,
    visitors,
)

PERMITS = [
    path("", showing.permit_list, name="list"),
    path("permits.csv", showing.export, name="export"),
    path("new/", selling.new, name="new"),
    path("renewals/", bulk.renewals, name="renewals"),
    path("deposits/", bulk.deposits, name="deposits"),
    path("bulk/new/", bulk.new, name="bulk_new"),
    path("bulk/<uuid:reference>/", bulk.run, name="bulk_run"),
    path("bulk/<uuid:reference>/answer/", bulk.answer, name="bulk_answer"),
    path("<str:number>/", showing.detail, name="detail"),
    path("<str:number>/vehicles/", acts.vehicles, name="vehicles"),
    *(path(f"<str:number>/{name}/", view, name=name) for name, view in acts.VIEWS.items()),
    path("<str:number>/parts/", in_parts.parts, name="parts"),
    path("<str:number>/switch/", switching.switch, name="switch"),
    path("<str:number>/hangtag/", hangtags.give, name="hangtag"),
    path("<str:number>/loss/", hangtags.loss, name="loss"),
    path("<str:number>/passes/", visitors.passes, name="passes"),
    path("<str:number>/passes/stop/", visitors.stop, name="passes_stop"),
    path("<str:number>/documents/<uuid:reference>/", documents.document, name="document"),
    path("<str:number>/temporary/", vehicles.temporary, name="temporary"),
    path(
        "<str:number>/temporary/<uuid:reference>/end/",
        vehicles.end_temporary,
        name="temporary_end",
    ),
]

HANGTAGS = [
    path("", hangtags.stock_list, name="list"),
    path("found/<uuid:reference>/", hangtags.found, name="found"),
    path("<str:code>/", hangtags.stock, name="detail"),
]

ROSTERS = [
    path("", roster.roster_list, name="list"),
    path("new/", roster.new, name="new"),
    path("<uuid:reference>/", roster.detail, name="detail"),
    path("<uuid:reference>/application/", roster.application, name="application"),
    path("<uuid:reference>/dropping/", roster.dropping, name="dropping"),
    path("<uuid:reference>/results.csv", roster.results, name="results"),
]

PLATES = [
    path("", vehicles.conflict_list, name="conflicts"),
    path("<str:plate>/", vehicles.plate_history, name="history"),
    path("<str:plate>/decision/", vehicles.decision, name="decision"),
]

DEPARTMENTS = [
    path("", departments.department_list, name="list"),
    path("new/", departments.new, name="new"),
    path("<uuid:reference>/", departments.detail, name="detail"),
    path("<uuid:reference>/uses.csv", departments.uses, name="uses"),
    path("<uuid:reference>/closing/", departments.close, name="close"),
]

COUPONS = [
    path("", coupons.coupon_list, name="list"),
    path("new/", coupons.new, name="new"),
    path("<uuid:reference>/", coupons.detail, name="detail"),
    path("<uuid:reference>/switch/", coupons.switch, name="switch"),
]

EVENTS = [
    path("", visitor_events.event_list, name="list"),
    path("new/", visitor_events.new, name="new"),
    path("<uuid:reference>/", visitor_events.detail, name="detail"),
    path("<uuid:reference>/passes.csv", visitor_events.export, name="export"),
    path("<uuid:reference>/passes.pdf", visitor_events.sheet, name="sheet"),
    path("<uuid:reference>/withdrawal/", visitor_events.revoke, name="revoke"),
]

WAITLISTS = [
    path("", lines.line_list, name="list"),
    path("waitlist.csv", lines.export, name="export"),
    path("new/", lines.new, name="new"),
    path("<uuid:reference>/", lines.detail, name="detail"),
    *(path(f"<uuid:reference>/{name}/", view, name=name) for name, view in lines.VIEWS.items()),
]

DRAWS = [
    path("", draws.draw_list, name="list"),
    path("<uuid:reference>/", draws.detail, name="detail"),
    path("<uuid:reference>/entries.csv", draws.export, name="export"),
]

TEXTS = [
    path("", texts.text_list, name="list"),
    path("texts.csv", texts.export, name="export"),
]

STAYS = [
    path("", stays.stay_list, name="list"),
    path("zones/<str:code>/poster.pdf", stays.poster, name="poster"),
    path("<str:number>/", stays.detail, name="detail"),
    path("<str:number>/stop/", stays.stop, name="stop"),
]

urlpatterns = [
    path("permits/", include((PERMITS, "office_permits"))),
    path("hangtags/", include((HANGTAGS, "office_hangtags"))),
    path("rosters/", include((ROSTERS, "office_rosters"))),
    path("departments/", include((DEPARTMENTS, "office_departments"))),
    path("coupons/", include((COUPONS, "office_coupons"))),
    path("visitor-events/", include((EVENTS, "office_events"))),
    path("sessions/", include((STAYS, "office_stays"))),
    path("draws/", include((DRAWS, "office_draws"))),
    path("texts/", include((TEXTS, "office_texts"))),
    path("plates/", include((PLATES, "office_plates"))),
    path("waitlists/", include((WAITLISTS, "office_waitlists"))),
]
