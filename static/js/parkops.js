// Everything that pages may use. Each element works as plain HTML before its module arrives.
import "./po-busy.js";
import "./po-countdown.js";
import "./po-dialog.js";
import "./po-failed.js";
import "./po-keypad.js";
import "./po-live.js";
import "./po-news.js";
import "./po-photo.js";
import "./po-plate-input.js";
import "./po-position.js";
import "./po-search.js";
import "./po-select.js";
import "./po-share.js";
import "./po-tabs.js";
import "./po-toast.js";
