"""Where appellants follow their appeals."""

from django.urls import path

from enforcement.views import portal_appeals as views

app_name = "portal_appeals"

urlpatterns = [
    path("appeals/", views.find, name="find"),
    path("appeals/<str:token>/", views.follow, name="follow"),
    path("appeals/<str:token>/evidence/", views.add, name="add"),
    path("appeals/<str:token>/withdraw/", views.withdraw, name="withdraw"),
    path("appeals/<str:token>/hearing/", views.book, name="book"),
    path("appeals/<str:token>/hearing/release/", views.release, name="release"),
    path("appeals/<str:token>/hearing.ics", views.calendar, name="calendar"),
    path("appeals/<str:token>/letter.pdf", views.letter, name="letter"),
    path("appeals/<str:token>/next/", views.go_on, name="go_on"),
    path("appeals/<str:token>/citation/", views.citation, name="citation"),
    path("appeals/<str:token>/pictures/<uuid:reference>/", views.picture, name="picture"),
    path("appeals/<str:token>/documents/<uuid:reference>/", views.document, name="document"),
]
