/**
 * What the page does where scripts run: it filters its table and shows times of
 * day as the reader's clock does. Without it everything is there, in UTC.
 *
 * @module
 */

/** The script, to the letter: the page allows what has its hash. */
export const script = `
"use strict";
const one = (id) => document.getElementById(id);
const rows = [...document.querySelectorAll("#all > tbody > tr")];
const texts = rows.map((row) => row.textContent.toLowerCase());
const kinds = [...document.querySelectorAll("#kinds input")];

function filter() {
  const words = one("words").value.toLowerCase().split(/\\s+/).filter(Boolean);
  const machine = one("machine")?.value ?? "";
  const shown = new Set(kinds.filter((box) => box.checked).map((box) => box.value));
  let count = 0;
  rows.forEach((row, index) => {
    const fits = shown.has(row.dataset.kind) &&
      (machine === "" || row.dataset.machine === machine) &&
      words.every((word) => texts[index].includes(word));
    row.classList.toggle("hides", !fits);
    if (fits) count += 1;
  });
  one("count").textContent = count + " of " + rows.length + " shown";
}

const times = [...document.querySelectorAll("time")];
const inUtc = times.map((time) => time.textContent);
const two = (number) => String(number).padStart(2, "0");

function local(moment) {
  const offset = -moment.getTimezoneOffset();
  const away = Math.abs(offset);
  return moment.getFullYear() + "-" + two(moment.getMonth() + 1) + "-" +
    two(moment.getDate()) + " " + two(moment.getHours()) + ":" +
    two(moment.getMinutes()) + ":" + two(moment.getSeconds()) + "." +
    String(moment.getMilliseconds()).padStart(3, "0") + " UTC" +
    (offset < 0 ? "\\u2212" : "+") + two(Math.floor(away / 60)) + ":" + two(away % 60);
}

let isLocal = false;
function turn() {
  isLocal = !isLocal;
  times.forEach((time, index) => {
    time.textContent = isLocal ? local(new Date(time.dateTime)) : inUtc[index];
  });
  for (const tick of document.querySelectorAll("[data-time]")) {
    const moment = new Date(tick.dataset.time);
    const length = tick.textContent.length;
    tick.textContent = isLocal
      ? local(moment).slice(11, 11 + length)
      : tick.dataset.time.slice(11, 11 + length);
  }
  one("clock").textContent = isLocal ? "Show times in UTC" : "Show times as local";
  rows.forEach((row, index) => { texts[index] = row.textContent.toLowerCase(); });
  if (rows.length > 0) filter();
}

if (rows.length > 0) {
  one("controls").hidden = false;
  one("controls").addEventListener("input", filter);
  filter();
}
if (times.length > 0) {
  one("clocks").hidden = false;
  one("clock").addEventListener("click", turn);
  turn();
}
`;

/** Its hash, for the page's Content-Security-Policy. */
export const scriptHash = "sha256-mbFXUFMEh1pE3zI81H74PL+MeDOcrj3uEcR5cAYI/p0=";
