"""The office's addresses of the register of numbers."""

from django.urls import path

from enforcement.views import numbers

app_name = "office_numbers"

urlpatterns = [
    path("citation-numbers/", numbers.register, name="list"),
    path("citation-numbers/<str:number>/spoiled/", numbers.spoil, name="spoil"),
]
