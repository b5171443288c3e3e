// A map without tiles that arrow keys move, and the other zones on it.
const OPTIONS = { attributionControl: false, zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, zoomSnap: 0.25, minZoom: 1, maxZoom: 23 };
const STEPS = { ArrowLeft: [-40, 0], ArrowRight: [40, 0], ArrowUp: [0, -40], ArrowDown: [0, 40] };

// `entered` is called for Enter: the cross in the middle of the map is where a corner goes.
export function view(element, entered) {
  const map = L.map(element, OPTIONS).setView([20, 0], 2);
  map.keyboard.disable();
  element.addEventListener("keydown", (event) => {
    if (event.target !== element) return;
    if (STEPS[event.key]) map.panBy(STEPS[event.key], { animate: false });
    else if ("+-=".includes(event.key)) map.zoomIn(event.key === "-" ? -0.5 : 0.5);
    else if (event.key === "Enter") entered();
    else return;
    event.preventDefault();
  });
  return map;
}

export function background(map, places) {
  return L.featureGroup(places.map(({ code, geometry }) => {
    const named = document.createElement("span");
    named.textContent = code;
    const style = { className: "drawing__other", interactive: false };
    const layer = L.geoJSON(geometry, { style, interactive: false, pointToLayer: (_, at) => L.circleMarker(at, { ...style, radius: 6 }) });
    return layer.bindTooltip(named, { permanent: true, direction: "center", className: "drawing__name", interactive: false });
  })).addTo(map);
}
