import os, threading
from wsgiref.simple_server import make_server, WSGIServer, WSGIRequestHandler
from socketserver import ThreadingMixIn
from datetime import timedelta, date
import pytest
from django.utils import timezone
from django.db import connection
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]="true"
from tests.factories.payments import *
from parkops.kernel import numbers

class S(ThreadingMixIn, WSGIServer):
    daemon_threads=True
class H(WSGIRequestHandler):
    def log_message(self,*a): pass

def test_look(own_database, raising, standin, account, remote, settings, monkeypatch):
    from django.core.wsgi import get_wsgi_application
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from tests.payments.standin.fixtures import SECRET
    from playwright.sync_api import sync_playwright
    from django_tenants.utils import schema_context
    from parkops.tenancy.models import Tenant
    from parkops.accounts.models import User
    from parkops.customers.operations import register_customer, add_vehicle, customer_for_user
    from payments import links, settlement
    from payments.settlement import Due
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_test_x", SECRET
    settings.STRIPE_API_BASE = standin.url
    settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(standin.url)
    with schema_context("public"):
        Tenant.objects.filter(pk=own_database.pk).update(stripe_account=account)
    connection.set_tenant(Tenant.objects.get(pk=own_database.pk))
    now = timezone.now()
    srv = make_server("127.0.0.1", 0, StaticFilesHandler(get_wsgi_application()), server_class=S, handler_class=H)
    port = srv.server_port
    settings.PORT = port
    threading.Thread(target=srv.serve_forever, daemon=True).start()
    clara = User.objects.get(email="clara@harbor.example"); alice = User.objects.get(email="alice@harbor.example")
    dana = User.objects.get(email="dana@customer.example")
    ana = customer_for_user(dana, at=now)
    add_vehicle(customer_id=ana.pk, plate="BFD 7719", region="Oregon", by=CLERK, at=now)
    raising.due = lambda r, at: Due(usd(5500), date(2026,11,4), "Fine $40.00 and late fee $15.00") if r.endswith("6") else None
    cs = [make_charge(at=now, customer_id=ana.pk, plate_key="BFD7719", due_on=date(2026,11,4+i), reference=numbers.make_number("C",2026,100+i)) for i in range(4)]
    p = make_charge(at=now, kind="permit", net=9000, tax=720, customer_id=ana.pk, plate_key="BFD7719", reference=numbers.make_number("P",2026,12))
    extra = [make_charge(at=now, customer_id=ana.pk, plate_key="OTH1") for i in range(2)]
    pm = pay(extra[0], at=now, method="cheque", amount=5000)
    pay(extra[1], at=now, amount=4000)
    from payments import operations
    operations.refund_payment(pm.number, amount=usd(1500), reason="Overpaid", by=CLERK, at=now)
    other = make_charge(at=now)
    opened = operations.start_card_payment(charge_ids=[other.public_id], return_path="", email="x@y.example", by=CLERK, at=now)
    remote.act(account, "decline", opened.session_id)
    base = f"http://harbor.localhost:{port}"
    from django.test import Client
    def cookie(user):
        c = Client(SERVER_NAME="harbor.localhost"); c.force_login(user); return c.cookies["sid"].value
    cookies = {u.pk: cookie(u) for u in (clara, alice, dana)}
    L = {'flow': links.pay_path([p.public_id]), 'pay': links.pay_path([cs[0].public_id, p.public_id]), 'receipt': links.receipt_path(pm)}
    with sync_playwright() as pw:
        b = pw.chromium.launch(executable_path="/usr/bin/chromium", args="--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split()+["--host-resolver-rules=MAP *.localhost 127.0.0.1"])
        from axe_playwright_python.sync_playwright import Axe
        axe = Axe()
        def shoot(name, path, user=None, before=None, sizes=((1280,800,"light"),(360,740,"dark"))):
            for w,h,scheme in sizes:
                ctx = b.new_context(viewport={"width":w,"height":h}, color_scheme=scheme)
                if user: ctx.add_cookies([{"name":"sid","value":cookies[user.pk],"url":base}])
                page = ctx.new_page()
                errs=[]
                page.on("console", lambda m: errs.append(m.text) if m.type=="error" else None)
                r = page.goto(base+path)
                if before: before(page)
                page.wait_for_timeout(250)
                page.screenshot(path=f"/tmp/pk/g/{name}-{w}.png", full_page=True)
                res = axe.run(page, options={"runOnly":["wcag2a","wcag2aa","wcag21aa","wcag22aa","best-practice"]})
                for v in res.response["violations"]:
                    print("AXE",name,w,v["id"],[n["html"][:150] for n in v["nodes"]][:3])
                wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
                print(name,w,r.status,errs, "WIDE" if wide else "")
                ctx.close()
        which = os.environ.get("LOOK","")
        pages = {
         "counter": ("/office/counter/?q=BFD7719", clara, lambda pg: pg.fill("[name=given]","300.00")),
         "counter0": ("/office/counter/", clara, None),
         "drawer": ("/office/counter/drawers/new/", clara, None),
         "list": ("/office/payments/", alice, None),
         "detail": (f"/office/payments/{pm.number}/", alice, None),
         "dialog": (f"/office/payments/{pm.number}/", alice, lambda pg: pg.click("text=Refund…")),
         "refunds": ("/office/payments/refunds/", alice, None),
         "ledger": ("/office/ledger/", alice, None),
         "entries": ("/office/ledger/1100/", alice, None),
         "owed": ("/pay/", dana, None),
         "pay": (L['pay'], None, None),
         "receipt": (L["receipt"], None, None),
         "notpaid": (f"/pay/cancelled/{opened.return_token}/", None, None),
         "waiting": (f"/pay/return/{opened.return_token}/", None, None),
         "drawers": ("/office/counter/drawers/", clara, None),
         "taken": (f"/office/counter/taken/{pm.number}/", clara, None),
        }
        if not which or "flow" in which:
            ctx = b.new_context(); page = ctx.new_page()
            errs=[]; page.on("console", lambda m: errs.append(m.text) if m.type=="error" else None)
            page.goto(base+L['flow'])
            print(page.inner_text("body")[:800]); page.fill("[name=email]","dana@customer.example", timeout=3000)
            page.click("button.button--primary")
            page.wait_for_load_state()
            print("FLOW", page.url[:60], page.inner_text("h1"), errs)
            print(page.inner_text("body")[:600])
            page.click("button:has-text('Pay')")
            page.wait_for_url("**/pay/**", timeout=8000)
            page.wait_for_timeout(1500)
            print("FLOW2", page.url, page.inner_text("h1"), errs)
            ctx.close()
        for name,(path,user,before) in pages.items():
            if not which or name in which.split(","):
                shoot(name,path,user,before)
        b.close()
    srv.shutdown()
