"""A customer's own pages: permits, vehicles, what is owed, and how to be reached."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from parkops.accounts.models import User
from parkops.customers import forms, operations, pages, panels, queries
from parkops.customers.models import Customer
from parkops.ui.access import customer_only
from parkops.ui.pages import actor, page, refusals_shown


@customer_only
@require_safe
@refusals_shown
def home(request: HttpRequest) -> HttpResponse:
    """Show a customer's permits, vehicles and open charges."""
    now = timezone.now()
    customer = _me(request)
    subject = pages.subject_of(customer)
    debts = panels.debts_of(subject, at=now)
    context = {
        "customer": customer,
        "rights": panels.rights_of(subject, at=now),
        "duties": panels.duties_of(subject),
        "debts": debts,
        "owed": pages.total(debts),
        "vehicles": queries.vehicles_of(customer.pk),
    }
    return page(request, "customers/portal/home.html", context)


@customer_only
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def add_vehicle(request: HttpRequest) -> HttpResponse:
    """Ask a customer for a vehicle, and add it."""
    customer = _me(request)
    form = forms.VehicleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.add_vehicle(
            customer_id=customer.pk, **form.cleaned_data, by=actor(request), at=timezone.now()
        )
        return redirect("my:home")
    return page(
        request,
        "customers/portal/vehicle.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@customer_only
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def remove_vehicle(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Ask whether a vehicle is the customer's no more, and note it."""
    customer = _me(request)
    vehicle = queries.vehicle(reference, customer_id=customer.pk)
    if request.method == "POST":
        operations.remove_vehicle(vehicle.pk, by=actor(request), at=timezone.now())
        return redirect("my:home")
    return page(request, "customers/portal/vehicle_removal.html", {"vehicle": vehicle})


@customer_only
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def profile(request: HttpRequest) -> HttpResponse:
    """Ask a customer for name and phone, and keep them."""
    customer = _me(request)
    form = forms.ProfileForm(request.POST or None, initial=forms.of_customer(customer))
    if request.method == "POST" and form.is_valid():
        operations.change_customer(
            customer.pk, changes=form.cleaned_data, by=actor(request), at=timezone.now()
        )
        messages.success(request, gettext("Saved."))
        return redirect("my:home")
    return page(
        request,
        "customers/portal/profile.html",
        {"form": form, "customer": customer},
        status=422 if form.errors else 200,
    )


def _me(request: HttpRequest) -> Customer:
    user = request.user
    assert isinstance(user, User), "customer_only lets nobody else in"
    return operations.customer_for_user(user, at=timezone.now())
