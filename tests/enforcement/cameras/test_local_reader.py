"""The server's own reader: what it is made of, what it says when a piece is missing, what an officer sees."""

import io
import sys
from types import ModuleType, SimpleNamespace

import pytest
from PIL import Image

from enforcement.cameras import local_reader
from enforcement.cameras.local_reader import FastAlpr, NoReader
from enforcement.cameras.reads import Candidate
from enforcement.models import PlateCheck
from tests.enforcement.cameras import payloads

pytestmark = pytest.mark.usefixtures("at_work")
PICTURE = "/field/check/picture/"
OF_THE_APP = "/field/offline/plate/"


@pytest.fixture
def models(tmp_path):
    """A folder with files of the right names."""
    for name in (local_reader.DETECTOR, local_reader.READER, local_reader.ALPHABET):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


@pytest.fixture
def package(monkeypatch):
    """The package, as far as we call it; it remembers what it is made with and sees what it is told."""
    made, sees = {}, []
    ocr = [
        SimpleNamespace(text="LOW1__", confidence=[0.5, 0.7]),
        SimpleNamespace(text="ABC123", confidence=0.97),
    ]
    ocr.append(SimpleNamespace(text="____", confidence=[]))

    def alpr(**parts):
        made.update(parts)

        def predict(pixels):
            sees.append(pixels)
            return [SimpleNamespace(ocr=one) for one in (*ocr, None)]

        return SimpleNamespace(predict=predict)

    def module(name, **content):
        found = ModuleType(name)
        vars(found).update(content)
        monkeypatch.setitem(sys.modules, name, found)

    def keep(*args, **options):
        return SimpleNamespace(args=args, **options)

    module("fast_alpr", ALPR=alpr)
    module("fast_alpr.default_ocr", DefaultOCR=keep)
    module("open_image_models", create_detector=keep)
    module("numpy", asarray=lambda image: _Pixels(image), ascontiguousarray=lambda pixels: pixels)
    return SimpleNamespace(made=made, sees=sees)


class _Pixels:
    def __init__(self, image):
        self.size = image.size

    def __getitem__(self, order):
        self.order = order[2].step
        return self


class TestMaking:
    def test_it_is_made_of_the_files_and_nothing_is_fetched(self, models, package):
        FastAlpr(models)
        assert package.made["detector"].args == (models / "detector.onnx",)
        ocr = package.made["ocr"]
        assert (ocr.hub_ocr_model, ocr.model_path) == (None, models / "reader.onnx")
        assert ocr.config_path == models / "reader.yaml"

    def test_plates_come_the_surest_first_and_none_is_no_plate(self, models, package):
        found = FastAlpr(models).read(Image.new("RGB", (8, 6)))
        assert found == [Candidate("ABC123", 0.97), Candidate("LOW1", 0.6)]
        assert (package.sees[0].size, package.sees[0].order) == ((8, 6), -1)

    def test_a_file_that_is_missing_is_named(self, models):
        (models / "reader.yaml").unlink()
        with pytest.raises(NoReader, match=r"has no reader\.yaml in"):
            FastAlpr(models)

    def test_the_package_that_is_missing_is_named(self, models, monkeypatch):
        monkeypatch.setitem(sys.modules, "fast_alpr", None)
        with pytest.raises(NoReader, match=r'pip install "parkops\[plates\]"'):
            FastAlpr(models)

    def test_a_server_without_one_says_so(self, settings):
        settings.PLATE_MODELS = ""
        with pytest.raises(NoReader, match="no plate reader"):
            local_reader.reader()


class TestOfficer:
    @pytest.fixture
    def officer(self, site, bob, settings, tmp_path):
        settings.PLATE_MODELS = str(tmp_path)
        site.login_as(bob).post("/field/zones/", {"zone": "LOT-A"})
        return site

    @pytest.fixture
    def found(self, monkeypatch):
        plates: list[Candidate] = []
        seen = SimpleNamespace(read=lambda image: plates)
        monkeypatch.setattr(local_reader, "reader", lambda: seen)
        return plates

    def send(self, site, data: bytes = b"", path: str = PICTURE):
        file = io.BytesIO(data or payloads.picture())
        file.name = "plate.jpg"
        return site.post(path, {"picture": file})

    def test_the_best_plate_is_filled_in_and_nothing_is_checked(self, officer, found):
        found += [Candidate("ABC123", 0.934), Candidate("LOW1", 0.4)]
        text = self.send(officer).content.decode()
        assert 'value="ABC123"' in text
        assert "93 % sure" in text
        assert not PlateCheck.objects.exists()

    def test_the_app_is_told_the_same(self, officer, found, settings):
        found += [Candidate("ABC123", 0.934), Candidate("LOW1", None)]
        told = self.send(officer, path=OF_THE_APP).json()
        assert told == {
            "plates": [{"plate": "ABC123", "sure": "93 %"}, {"plate": "LOW1", "sure": "0 %"}]
        }
        assert not PlateCheck.objects.exists()
        assert officer.get("/field/offline/me/").json()["reads_plates"] is True
        refused = self.send(officer, b"hello", path=OF_THE_APP)
        assert (refused.status_code, "JPEG" in refused.json()["detail"]) == (422, True)
        assert officer.post(OF_THE_APP).json()["detail"] == "Send the picture."

    def test_a_picture_without_a_plate_says_so(self, officer, found):
        answer = self.send(officer)
        assert answer.status_code == 422
        assert "No plate was found on it." in answer.content.decode()

    def test_what_is_no_picture_is_refused(self, officer, found):
        answer = self.send(officer, b"hello")
        assert "not a JPEG, PNG or WebP" in answer.content.decode()
        assert "Take a picture first." in officer.post(PICTURE).content.decode()

    def test_what_the_server_lacks_is_said(self, officer):
        answer = self.send(officer)
        assert answer.status_code == 422
        assert "The plate reader has no detector.onnx" in answer.content.decode()

    def test_without_a_reader_the_page_asks_for_no_picture(self, officer, settings):
        assert PICTURE in officer.get("/field/check/").content.decode()
        settings.PLATE_MODELS = ""
        assert PICTURE not in officer.get("/field/check/").content.decode()

    def test_only_officers_may(self, site, clara):
        assert site.login_as(clara).post(PICTURE).status_code == 403
        assert site.post(OF_THE_APP).status_code == 403
