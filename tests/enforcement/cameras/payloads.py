"""Messages of our own writing, in the vendors' forms: small, with a plate each that is asked for."""

import base64
import io
import json

from PIL import Image


def picture(color: str = "teal") -> bytes:
    """Return a small picture."""
    out = io.BytesIO()
    Image.new("RGB", (8, 6), color).save(out, "JPEG")
    return out.getvalue()


IN_TEXT = base64.b64encode(picture()).decode()


def rekor(plate: str = "ABC123", sure: float = 96.0, **more) -> dict:
    """A group of Rekor's agent."""
    return {
        "data_type": "alpr_group",
        "camera_id": 7,
        "epoch_start": 1794323700000,
        "best_plate_number": plate,
        "best_confidence": sure,
        "best_uuid": f"agent-7-{plate}",
        "best_region": "us-ny",
        "candidates": [{"plate": plate, "confidence": sure}],
        "vehicle_crop_jpeg": IN_TEXT,
    } | more


PLATE_RECOGNIZER = {
    "data": {
        "camera_id": "gate",
        "filename": "gate/1.jpg",
        "timestamp": "2026-11-10T15:15:00Z",
        "results": [
            {
                "plate": "abc123",
                "score": 0.95,
                "region": {"code": "us-ny", "score": 0.9},
                "candidates": [{"plate": "abc123", "score": 0.95}],
                "direction": 90,
            }
        ],
    }
}
AXIS = {
    "plateText": "ABC123",
    "plateConfidence": "0.95",
    "plateCountry": "USA",
    "plateState": "NY",
    "capture_timestamp": "1794323700000",
    "carMoveDirection": "in",
    "carID": "9",
    "camera_info": {"SerialNumber": "S1"},
    "geotag": {"lat": 43.1, "lon": -79.1},
}
GENETEC = {
    "CameraName": "Sharp 3",
    "Plate": "ABC123",
    "State": "New York",
    "DateUtc": "10/11/2026",
    "TimeUtc": "15:15:00",
    "ConfidenceScore": 95,
    "ContextImage": IN_TEXT,
}
GENETEC_XML = """<?xml version="1.0"?><AutoVu><Plate>ABC123</Plate><State>NY</State>
<UTCDate>2026:11:10</UTCDate><UTCTime>15:15:00.000</UTCTime><CameraName>Sharp 3</CameraName>
<Guid>g-1</Guid><ConfidenceScore>95</ConfidenceScore></AutoVu>"""
HIKVISION = """<?xml version="1.0"?>
<EventNotificationAlert xmlns="http://www.hikvision.com/ver20/XMLSchema">
<macAddress>00:11</macAddress><dateTime>2026-11-10T10:15:00-05:00</dateTime><eventType>ANPR</eventType>
<ANPR><licensePlate>ABC123</licensePlate><confidenceLevel>95</confidenceLevel>
<direction>forward</direction></ANPR><UUID>h-1</UUID></EventNotificationAlert>"""
TATTILE = """<Msg><PLATE_STRING>ABC123</PLATE_STRING><DATE>2026-11-10</DATE><TIME>10:15:00</TIME>
<DEVICE_SN>T1</DEVICE_SN><OCRSCORE>95</OCRSCORE><DIRECTION>APPROACH</DIRECTION></Msg>"""
BLUE_IRIS = {
    "plate_number": "ABC123",
    "camera": "Gate",
    "timestamp": "2026-11-10T15:15:00Z",
    "Image": IN_TEXT,
    "ai_dump": [
        {
            "api": "alpr",
            "found": {"requestId": "r", "predictions": [{"plate": "ABC123", "confidence": 0.95}]},
        }
    ],
}

GENERIC = {
    "id": "own-1",
    "plate": "ABC123",
    "region": "NY",
    "confidence": 0.95,
    "at": "2026-11-10T15:15:00Z",
    "camera": "gate-2",
    "candidates": [{"plate": "A8C123", "confidence": 0.4}],
    "picture": IN_TEXT,
}

OURS = {
    "rekor": rekor(sure=95.0),
    "platerecognizer": PLATE_RECOGNIZER,
    "axis": AXIS,
    "genetec": GENETEC,
    "hikvision": HIKVISION,
    "tattile": TATTILE,
    "blueiris": BLUE_IRIS,
    "generic": GENERIC,
}


def body(message: dict | str) -> bytes:
    """Return a message as it is sent."""
    return message.encode() if isinstance(message, str) else json.dumps(message).encode()
