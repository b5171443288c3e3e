"""The office's pages of how unpaid citations go on."""

from django.urls import include, path

from enforcement.views import collected, escalation, owner_batches

patterns = [
    path("", escalation.overview, name="overview"),
    path("letters/", escalation.letters_page, name="letters"),
    path("letters/<str:number>/", escalation.letter_paper, name="letter_paper"),
    path("hand-overs/", escalation.hand_overs_page, name="hand_overs"),
    path("collected/", collected.bring, name="collected"),
    path("hand-overs/<str:number>/file/", escalation.hand_over_file, name="hand_over_file"),
    path("hand-overs/<str:number>/report/", escalation.hand_over_report, name="hand_over_report"),
    path("write-offs/", escalation.write_offs_page, name="write_offs"),
    path("citations/<str:number>/", escalation.citation, name="citation"),
    path("owners/", owner_batches.batches, name="owners"),
    path("owners/<str:number>/", owner_batches.batch, name="owner_batch"),
    path("owners/<str:number>/file/", owner_batches.file, name="owner_file"),
    path("owners/<str:number>/report/", owner_batches.report, name="owner_report"),
]

urlpatterns = [path("office/escalation/", include((patterns, "office_escalation")))]
