"""Customers in the office: the list, one page of everything, notes, vehicles, the search."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.customers import forms, operations, pages, panels, queries, search
from parkops.customers.register import reading
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown

PER_PAGE = 25
EVENTS = 60
ALL_EVENTS = 2_000


@may(Permission.CUSTOMER_VIEW)
@require_safe
def customer_list(request: HttpRequest) -> HttpResponse:
    """List customers, newest first, or those whom the words find."""
    form = forms.SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    search.searched(text, place="customers", by=actor(request), at=timezone.now())
    found = queries.matching(text).order_by("-created_at", "-pk")
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = queries.list_rows(list(shown.object_list))
    context = {"form": form, "page": shown, "rows": rows, "text": text}
    return page(request, "customers/office/list.html", context, part="results")


@may(Permission.CUSTOMER_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Show everything about one customer."""
    customer = queries.customer(reference)
    context = {
        "shown": pages.customer_page(
            customer, at=timezone.now(), limit=ALL_EVENTS if "all" in request.GET else EVENTS
        ),
        "acts": [
            act
            for act in panels.acts_for(str(customer.reference))
            if request.user.may(Permission(act.permission))
        ],
        "may_edit": request.user.may(Permission.CUSTOMER_EDIT),
        "note_form": forms.NoteForm(),
    }
    return page(request, "customers/office/detail.html", context)


@may(Permission.CUSTOMER_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask about a new customer, and register them."""
    now = timezone.now()
    form = forms.CustomerForm(request.POST or None, audiences=pages.audience_choices(at=now))
    if request.method == "POST" and form.is_valid():
        try:
            customer = operations.register_customer(**form.cleaned_data, by=actor(request), at=now)
        except Refused as refusal:
            form.add_error(_field(form, refusal), str(refusal))
        else:
            return redirect("office_customers:detail", reference=customer.reference)
    status = 422 if form.errors else 200
    return page(request, "customers/office/edit.html", {"form": form}, status=status)


@may(Permission.CUSTOMER_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def edit(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Ask what to change of a customer, and change it."""
    now = timezone.now()
    customer = queries.customer(reference)
    form = forms.CustomerForm(
        request.POST or None,
        initial=forms.of_customer(customer),
        audiences=pages.audience_choices(at=now),
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_customer(
                customer.pk, changes=form.cleaned_data, by=actor(request), at=now
            )
        except Refused as refusal:
            form.add_error(_field(form, refusal), str(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect("office_customers:detail", reference=reference)
    context = {"form": form, "customer": customer}
    return page(request, "customers/office/edit.html", context, status=422 if form.errors else 200)


@may(Permission.CUSTOMER_EDIT)
@require_POST
@refusals_shown
def write_note(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Write a note about a customer."""
    operations.write_note(
        queries.customer(reference).pk,
        text=request.POST.get("text", ""),
        by=actor(request),
        at=timezone.now(),
    )
    return redirect("office_customers:detail", reference=reference)


@may(Permission.CUSTOMER_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def add_vehicle(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Ask for a vehicle of a customer, and add it."""
    customer = queries.customer(reference)
    form = forms.VehicleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.add_vehicle(
            customer_id=customer.pk, **form.cleaned_data, by=actor(request), at=timezone.now()
        )
        return redirect("office_customers:detail", reference=reference)
    context = {"form": form, "customer": customer}
    return page(
        request, "customers/office/vehicle.html", context, status=422 if form.errors else 200
    )


@may(Permission.CUSTOMER_EDIT)
@require_POST
@refusals_shown
def remove_vehicle(request: HttpRequest, reference: UUID, vehicle: UUID) -> HttpResponse:
    """Note that a vehicle is the customer's no more."""
    found = queries.vehicle(vehicle, customer_id=queries.customer(reference).pk)
    operations.remove_vehicle(found.pk, by=actor(request), at=timezone.now())
    messages.success(request, f"{found.plate_text} is no longer this customer's.")
    return redirect("office_customers:detail", reference=reference)


@may(Permission.SEARCH)
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Look for a plate, a person, a permit or a citation; a single exact one is opened at once."""
    text = request.GET.get("q", "").replace("\x00", "")
    search.searched(text, place="search", by=actor(request), at=timezone.now())
    hits = search.find(text)
    exact = [hit for hit in hits if hit.exact]
    if len(exact) == 1:
        return redirect(exact[0].url)
    context = {"hits": hits, "text": text.strip()[:100]}
    return page(request, "customers/office/search.html", context, part="results")


def _field(form: forms.CustomerForm, refusal: Refused) -> str | None:
    name = refusal.field.partition(".")[0]
    return name if name in form.fields else None


@may(Permission.IMPORT_VIEW)
@require_safe
def vehicle_register(request: HttpRequest) -> HttpResponse:
    """Show which register of vehicles is loaded, and how the program asks it."""
    return _register_page(request, forms.RegisterForm())


@may(Permission.IMPORT_UNDO)
@require_POST
@refusals_shown
def load_register(request: HttpRequest) -> HttpResponse:
    """Load another register of vehicles out of a file."""
    form = forms.RegisterForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            count = operations.load_register(
                file.read(), name=file.name, by=actor(request), at=timezone.now()
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, f"{count:,} vehicles are in the register.")
            return redirect("office_customers:register")
    return _register_page(request, form)


def _register_page(request: HttpRequest, form: forms.RegisterForm) -> HttpResponse:
    context = {
        "form": form,
        "state": queries.register_state(),
        "rule": pages.registry_rule(at=timezone.now()),
        "columns": reading.COLUMNS,
        "may_load": request.user.may(Permission.IMPORT_UNDO),
    }
    return page(
        request, "customers/office/register.html", context, status=422 if form.errors else 200
    )
