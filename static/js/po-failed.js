// Says so when a request of htmx gets no answer; the words stand on the toasts' region, translated.
function tell(event) {
  if (event.detail.elt.localName === "po-live") return;
  const region = document.querySelector(".toasts[data-away]");
  const status = event.detail.xhr?.status ?? 0;
  if (!region || status === 401) return;
  const toast = document.createElement("po-toast");
  const words = document.createElement("div");
  words.className = "toast";
  words.textContent = status >= 400 && status < 500 ? region.dataset.refused : region.dataset.away;
  toast.append(words);
  region.append(toast);
}

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, tell);
