"""Payment plans, for customers and in the office."""

from django.urls import path

from payments.views import plans, portal_plans

OFFICE = [
    path("", plans.plan_list, name="list"),
    path("new/", plans.new, name="new"),
    path("<str:number>/", plans.detail, name="detail"),
    path("<str:number>/documents/<uuid:reference>/", plans.document, name="document"),
    path("<str:number>/approval/", plans.approve, name="approve"),
    path("<str:number>/refusal/", plans.decline, name="decline"),
    path("<str:number>/postponement/", plans.put_off, name="put_off"),
    path("<str:number>/end/", plans.end, name="end"),
    path("<str:number>/continuation/", plans.go_on, name="go_on"),
]

app_name = "portal_plans"

urlpatterns = [
    path("plans/new/", portal_plans.ask, name="ask"),
    path("plans/<uuid:public_id>/", portal_plans.plan, name="plan"),
]
