"""A message is said once, delivered once, and kept where there is no mail server."""

import smtplib

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from django_tenants.utils import tenant_context

from parkops.messaging import figures, operations, queries
from parkops.messaging.models import Message
from parkops.tallies import operations as tallies
from parkops.tallies import queries as figured


def send(key="k", **more):
    given = {
        "event": "account.invited",
        "to": "a@b.test",
        "context": {
            "name": "Ana <b>",
            "roles": ["clerk"],
            "link": "https://x.example/1",
            "days": 7,
        },
    }
    return operations.send_once(**{**given, **more}, key=key, at=timezone.now())


@pytest.fixture
def mail_server(settings):
    settings.HAS_MAIL_SERVER = True
    return mail


class TestSendOnce:
    def test_writes_it_and_promises_delivery(self, harbor, queued):
        message = send()
        assert message.subject == "Your sign-in at Harbor"
        assert "Hello Ana <b>," in message.text
        assert "Ana &lt;b&gt;" in message.html
        assert "Ana <b>" not in message.html
        assert queued() == [("messaging.deliver", {"message": message.pk})]

    def test_twice_is_once(self, harbor, queued):
        assert send().pk == send(to="other@b.test").pk
        assert Message.objects.count() == 1
        assert len(queued()) == 1

    def test_a_subject_is_one_line(self, harbor):
        message = operations.write_once(
            event="x.y", key="k", to="a@b.test", subject="S", text="T", at=timezone.now()
        )
        assert "<h1>S</h1>" in message.html


class TestDeliver:
    def test_sends_text_and_html_from_the_tenant_once(self, harbor, mail_server):
        message = send()
        for _ in range(2):
            operations.deliver(message.pk, at=timezone.now())
        (sent,) = mail_server.outbox
        assert sent.to == ["a@b.test"]
        assert sent.from_email.startswith('"Harbor" <')
        assert sent.alternatives[0].mimetype == "text/html"
        message.refresh_from_db()
        assert (message.state, message.attempts) == (Message.State.SENT, 1)
        assert message.sent_at
        assert message.text

    def test_forgets_the_words_of_a_secret(self, harbor, mail_server):
        message = send(event="account.login_code", context={"code": "BCD-FGH"}, is_secret=True)
        operations.deliver(message.pk, at=timezone.now())
        assert "BCD-FGH" in mail_server.outbox[0].body
        message.refresh_from_db()
        assert "BCD-FGH" not in message.text + message.html + message.subject

    def test_without_a_server_it_is_kept(self, harbor, settings):
        settings.HAS_MAIL_SERVER = False
        message = send()
        operations.deliver(message.pk, at=timezone.now())
        message.refresh_from_db()
        assert message.state == Message.State.KEPT
        assert not mail.outbox

    def test_is_tried_again_when_the_server_is_away(self, harbor, mail_server, monkeypatch):
        def away(self, messages):
            raise ConnectionRefusedError("mail is away")

        message = send()
        with monkeypatch.context() as patch:
            patch.setattr(EmailBackend, "send_messages", away)
            with pytest.raises(OSError, match="away"):
                operations.deliver(message.pk, at=timezone.now())
        message.refresh_from_db()
        assert (message.state, message.attempts) == (Message.State.WAITING, 1)
        assert "away" in message.last_error
        operations.deliver(message.pk, at=timezone.now())
        message.refresh_from_db()
        assert message.state == Message.State.SENT
        assert message.last_error == ""

    def test_a_refused_recipient_is_final(self, harbor, mail_server, monkeypatch):
        def refused(self, messages):
            raise smtplib.SMTPRecipientsRefused({"a@b.test": (550, b"no such user")})

        monkeypatch.setattr(EmailBackend, "send_messages", refused)
        message = send()
        operations.deliver(message.pk, at=timezone.now())
        message.refresh_from_db()
        assert message.state == Message.State.FAILED
        assert "no such user" in message.last_error

    def test_the_figure_of_what_was_not_delivered_follows(self, harbor, mail_server, monkeypatch):
        def refused(self, messages):
            raise smtplib.SMTPRecipientsRefused({"a@b.test": (550, b"no such user")})

        def kept():
            now = timezone.now()
            assert tallies.check(at=now).drifted == 0
            return figured.sums({figures.FAILED: figured.until(now)})[figures.FAILED]

        before, message = kept(), send()
        assert kept() == before
        with monkeypatch.context() as patch:
            patch.setattr(EmailBackend, "send_messages", refused)
            operations.deliver(message.pk, at=timezone.now())
            operations.deliver(message.pk, at=timezone.now())
        assert kept() == before + 1
        operations._set(message, state=Message.State.FAILED)
        assert kept() == before + 1
        operations._set(message, state=Message.State.SENT)
        assert kept() == before

    def test_a_second_try_has_the_same_id(self, harbor, mail_server):
        message = send()
        operations.deliver(message.pk, at=timezone.now())
        Message.objects.update(state=Message.State.WAITING)
        operations.deliver(message.pk, at=timezone.now())
        first, second = mail_server.outbox
        assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


class TestMailbox:
    def test_shows_what_would_have_been_sent(self, site, settings):
        settings.HAS_MAIL_SERVER, settings.IS_LOCAL = False, True
        message = send()
        assert message.subject.encode() in site.get("/mailbox/").content
        page = site.get(f"/mailbox/{message.reference}/")
        assert b"Ana &lt;b&gt;" in page.content
        assert b'href="https://x.example/1"' in page.content

    @pytest.mark.parametrize(("server", "local"), [(True, True), (False, False), (True, False)])
    def test_is_not_there_otherwise(self, site, settings, server, local):
        settings.HAS_MAIL_SERVER, settings.IS_LOCAL = server, local
        message = send()
        assert site.get("/mailbox/").status_code == 404
        assert site.get(f"/mailbox/{message.reference}/").status_code == 404

    def test_has_only_this_tenants(self, site, hillside, settings):
        settings.HAS_MAIL_SERVER, settings.IS_LOCAL = False, True
        with tenant_context(hillside):
            theirs = send(to="theirs@b.test")
        assert b"theirs@b.test" not in site.get("/mailbox/").content
        assert site.get(f"/mailbox/{theirs.reference}/").status_code == 404
        assert queries.newest() == []
