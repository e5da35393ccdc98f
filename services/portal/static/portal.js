// Progressive enhancement only: every page is complete without this file.
"use strict";
document.documentElement.classList.add("js");

// Errors first: the summary takes the focus after a refused form.
document.querySelector("[data-focus]")?.focus();

// Countdown by the server's clock; the same words as calendar.py.
const offsets = new WeakMap();
function left(seconds) {
  const days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60, rest = seconds % 60;
  if (days) return `${days} 天 ${hours} 小时`;
  if (hours) return `${hours} 小时 ${minutes} 分`;
  return minutes ? `${minutes} 分 ${rest} 秒` : `${rest} 秒`;
}
function tick() {
  for (const place of document.querySelectorAll("[data-until]")) {
    if (!offsets.has(place)) offsets.set(place, Date.parse(place.dataset.now) - Date.now());
    const seconds = Math.floor((Date.parse(place.dataset.until) - Date.now() - offsets.get(place)) / 1000);
    const text = seconds > 0 ? `还剩 ${left(seconds)}` : "已到截止时间";
    if (place.textContent !== text) place.textContent = text;
  }
  for (const button of document.querySelectorAll("[data-again]")) {
    if (!offsets.has(button)) offsets.set(button, Date.parse(button.dataset.now) - Date.now());
    const wait = Math.ceil((Date.parse(button.dataset.again) - Date.now() - offsets.get(button)) / 1000);
    const told = button.parentElement.querySelector("[data-again-text]");
    button.disabled = wait > 0;
    if (told) told.textContent = wait > 0 ? `${wait} 秒后可重新发送。` : "可以重新发送。";
  }
}
setInterval(tick, 1000);
tick();

// Swap parts of the page with fresh ones, found by id; a part that holds the focus, or did not change, stays.
async function swap(source, ids) {
  const answer = await fetch(source, {headers: {accept: "text/html", "x-attended": attended()}});
  if (!answer.ok || answer.redirected) return answer;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ids) {
    const old = document.getElementById(id), now = fresh.getElementById(id);
    if (!old || !now || old.isEqualNode(now)) continue;
    if (!old.dataset.poll && old.matches(":has(:focus, details[open], input[type=checkbox]:checked)") && id !== "captcha") continue;
    old.replaceWith(document.importNode(now, true));
  }
  return answer;
}

// What a page asks for by itself keeps a session alive only while somebody was at it lately.
let touched = Date.now();
for (const kind of ["pointerdown", "keydown", "scroll"]) addEventListener(kind, () => { touched = Date.now(); }, {passive: true});
function attended() { return Date.now() - touched < 25 * 60 * 1000 ? "yes" : "no"; }

// Live parts: the stream says which topics changed, the page fetches its own parts.
let stream = null, busy = false;
const waiting = new Set(), topics = ["board", "cycle", "mine", "queue", "inbox"];
async function refresh() {
  if (busy) return;
  busy = true;
  await new Promise((done) => setTimeout(done, Math.random() * 300));
  const changed = new Set(waiting), bySource = new Map();
  waiting.clear();
  for (const part of document.querySelectorAll("[data-live]")) {
    if (!part.dataset.live.split(" ").some((topic) => changed.has(topic))) continue;
    bySource.set(part.dataset.src, [...(bySource.get(part.dataset.src) ?? []), part.id]);
  }
  try {
    await Promise.all([...bySource].map(([source, ids]) => swap(source, ids)));
  } catch { /* offline for a moment: the stream says so, and the next news fetches again */ }
  busy = false;
  say(stream?.readyState === EventSource.OPEN ? "，自动更新" : "，连接中断，正在重连");
  if (waiting.size) refresh();
}
function say(text) {
  for (const place of document.querySelectorAll("[data-live-state]")) place.textContent = text;
}
function listen() {
  if (stream || document.hidden) return;
  stream = new EventSource("/live");
  let lost = false;
  stream.addEventListener("open", () => {
    say("，自动更新");
    if (lost) { topics.forEach((topic) => waiting.add(topic)); refresh(); }
    lost = false;
  });
  stream.addEventListener("error", () => { lost = true; say("，连接中断，正在重连"); });
  stream.addEventListener("changed", (event) => {
    event.data.split(" ").forEach((topic) => waiting.add(topic));
    refresh();
  });
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) { stream?.close(); stream = null; return; }
  listen();
  topics.forEach((topic) => waiting.add(topic));
  refresh();
});
listen();

// A select that other parts hang on.
document.addEventListener("change", (event) => {
  const select = event.target.closest("[data-refresh]");
  if (select) swap(`${select.dataset.refresh}?${select.name}=${encodeURIComponent(select.value)}`, select.dataset.swap.split(" "));
});

// Leave guard: typed and not saved.
let typed = false;
document.addEventListener("input", (event) => { typed ||= Boolean(event.target.closest("[data-guard]")); });
document.addEventListener("submit", () => { typed = false; });
addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });

// Forms: parts that a choice makes needless, a captcha changed in place, a code sent without losing a typed password.
function fit() {
  for (const part of document.querySelectorAll("[data-show-unless]")) {
    const [name, value] = part.dataset.showUnless.split("=");
    part.hidden = part.closest("form").elements[name].value === value;
    part.disabled = part.hidden;
  }
  // Parts that a choice asks for: every condition must hold.
  for (const part of document.querySelectorAll("[data-show-when]")) {
    const fields = part.closest("form").elements;
    part.hidden = !part.dataset.showWhen.split(" ").every((condition) => {
      const [name, values] = condition.split("=");
      return values.split("|").includes(fields[name]?.value);
    });
  }
}
fit();
document.addEventListener("change", fit);
async function post(button) {
  const form = button.form, kept = new Map([...form.querySelectorAll("[type=password]")].map((field) => [field.name, field.value]));
  const body = new URLSearchParams(new FormData(form, button));
  button.disabled = true;
  const answer = await fetch(form.action, {method: "POST", body});
  if (answer.redirected) { typed = false; location.assign(answer.url); return; }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.title = fresh.title;
  document.getElementById("main").replaceWith(document.importNode(fresh.getElementById("main"), true));
  for (const [name, value] of kept) {
    const field = document.querySelector(`[type=password][name="${name}"]`);
    if (field) field.value = value;
  }
  fit(); tick();
  (document.querySelector("[data-focus]") ?? document.querySelector("#code"))?.focus();
}
// Pictures: a preview under the outline before sending; a refused one need not be chosen again.
document.addEventListener("change", async (event) => {
  const input = event.target.closest("input[data-preview]"), place = document.querySelector(`[data-chosen="${input?.dataset.preview}"]`);
  if (!input || !place) return;
  for (const other of document.querySelectorAll(`input[data-preview="${input.dataset.preview}"]`)) if (other !== input) other.value = "";
  place.hidden = true;
  const canvas = place.querySelector("canvas");
  try {
    const picture = await createImageBitmap(input.files[0]);
    const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
    const width = picture.width * scale, height = picture.height * scale;
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    canvas.getContext("2d").drawImage(picture, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
    place.hidden = false;
  } catch { /* no picture: the service says so */ }
});
async function upload(button) {
  const form = button.form, chosen = [...form.querySelectorAll("input[type=file]")].filter((input) => input.files.length);
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  const answer = await fetch(button.formAction, {method: "POST", body: new FormData(form)});
  if (answer.redirected) { typed = false; location.assign(answer.url); return; }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.title = fresh.title;
  document.getElementById("main").replaceWith(document.importNode(fresh.getElementById("main"), true));
  for (const input of chosen) {
    if (answer.ok && input.dataset.preview === button.dataset.upload) continue;
    document.getElementById(input.id)?.replaceWith(input);
    input.dispatchEvent(new Event("change", {bubbles: true}));
  }
  fit(); tick();
  (document.querySelector("[data-focus]") ?? document.querySelector(".done"))?.focus();
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.upload && button.form.querySelector(`input[data-preview="${button.dataset.upload}"]`)) {
    event.preventDefault();
    upload(button).catch(() => { button.disabled = false; });
    return;
  }
  if (button?.dataset.swapFrom) {
    event.preventDefault();
    swap(button.dataset.swapFrom, [button.dataset.swap]).then(() => document.getElementById("captcha_answer")?.focus());
  } else if (button && "postSwap" in button.dataset) {
    event.preventDefault();
    post(button).catch(() => { button.disabled = false; });
  } else if (button && "print" in button.dataset) {
    print();
  }
});

// A secret behind the # of a link: taken out of the address, filled in, posted.
const holder = document.querySelector("[data-fragment]");
if (holder && location.hash.length > 20) {
  holder.elements[holder.dataset.fragment].value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  holder.requestSubmit();
}
// A form that goes on by itself.
document.querySelector("form[data-go]")?.requestSubmit();

// A part that waits for another device.
async function wait() {
  const part = document.querySelector("[data-poll]");
  if (!part) return;
  try {
    const answer = await swap(part.dataset.poll, [part.id]);
    if (answer?.redirected) { location.assign(answer.url); return; }
  } catch { /* offline for a moment */ }
  setTimeout(wait, 1500);
}
setTimeout(wait, 1500);
