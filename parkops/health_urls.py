"""Where load balancers and operators ask how it goes, on every host."""

from django.urls import path

from parkops.public import health

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
