// Progressive enhancement only: every page is complete without this file.
"use strict";
document.documentElement.classList.add("js");

// The same words as on the server, in the language of the page.
const WORDS = {
  "zh-CN": {
    day: (days, hours) => `${days} 天 ${hours} 小时`, hour: (hours, minutes) => `${hours} 小时 ${minutes} 分`,
    minute: (minutes, rest) => `${minutes} 分 ${rest} 秒`, second: (rest) => `${rest} 秒`,
    left: (text) => `还剩 ${text}`, over: "已到截止时间", stop: "。", wait: (seconds) => `${seconds} 秒后可重新发送。`, again: "可以重新发送。",
    ends: (text) => `${text}后自动退出。`, minutes: (count) => `距截止还有 ${count} 分钟。`,
    live: "，自动更新", lost: "，连接中断，正在重连",
  },
  en: {
    day: (days, hours) => `${days} d ${hours} h`, hour: (hours, minutes) => `${hours} h ${minutes} min`,
    minute: (minutes, rest) => `${minutes} min ${rest} s`, second: (rest) => `${rest} s`,
    left: (text) => `${text} left`, over: "The deadline has passed", stop: ".", wait: (seconds) => `You can ask for another in ${seconds} s.`, again: "You can ask for another now.",
    ends: (text) => `You will be signed out in ${text}.`, minutes: (count) => `${count} ${count === 1 ? "minute" : "minutes"} to the deadline.`,
    live: ", updating by itself", lost: ", connection lost, trying again",
  },
}[document.documentElement.lang];

// Errors first: the summary takes the focus after a refused form.
document.querySelector("[data-focus]")?.focus();

// Countdown by the server's clock; the same words as calendar.py.
const offsets = new WeakMap();
function left(seconds) {
  const days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60, rest = seconds % 60;
  if (days) return WORDS.day(days, hours);
  if (hours) return WORDS.hour(hours, minutes);
  return minutes ? WORDS.minute(minutes, rest) : WORDS.second(rest);
}
// A deadline that comes near is said five times and when it is there, not every second.
const TOLD_MINUTES = [60, 30, 10, 5, 1]; // PUB-21
let near = null;
function announce(seconds) {
  const now = seconds <= 0 ? 0 : TOLD_MINUTES.filter((minutes) => seconds <= minutes * 60).pop() ?? Infinity;
  const place = document.getElementById("deadline");
  if (place && near !== null && now < near) place.textContent = now ? WORDS.minutes(now) : `${WORDS.over}${WORDS.stop}`;
  near = now;
}
function tick() {
  for (const place of document.querySelectorAll("[data-until]")) {
    if (!offsets.has(place)) offsets.set(place, Date.parse(place.dataset.now) - Date.now());
    const seconds = Math.floor((Date.parse(place.dataset.until) - Date.now() - offsets.get(place)) / 1000);
    const text = seconds > 0 ? WORDS.left(left(seconds)) : WORDS.over;
    if (place.textContent !== text) place.textContent = text;
    if (place.closest("#strip")) announce(seconds);
  }
  for (const button of document.querySelectorAll("[data-again]")) {
    if (!offsets.has(button)) offsets.set(button, Date.parse(button.dataset.now) - Date.now());
    const wait = Math.ceil((Date.parse(button.dataset.again) - Date.now() - offsets.get(button)) / 1000);
    const told = button.parentElement.querySelector("[data-again-text]");
    button.disabled = wait > 0;
    if (told) told.textContent = wait > 0 ? WORDS.wait(wait) : WORDS.again;
  }
}
setInterval(tick, 1000);
tick();

// Swap parts of the page with fresh ones, found by id; a part that holds the focus, or did not change, stays.
async function swap(source, ids) {
  const answer = await fetch(source, {headers: {accept: "text/html", "x-attended": attended()}});
  if (!answer.ok || answer.redirected) return answer;
  place(new DOMParser().parseFromString(await answer.text(), "text/html"), ids);
  return answer;
}
function place(fresh, ids) {
  for (const id of ids) {
    const old = document.getElementById(id), now = fresh.getElementById(id);
    if (!old || !now || old.isEqualNode(now)) continue;
    if (!old.dataset.poll && old.matches(":has(:focus, details[open], input[type=checkbox]:checked)") && id !== "captcha") continue;
    old.replaceWith(document.importNode(now, true));
  }
}

// What a page asks for by itself keeps a session alive only while somebody was at it lately.
let touched = Date.now();
for (const kind of ["pointerdown", "keydown", "scroll"]) addEventListener(kind, () => { touched = Date.now(); }, {passive: true});
function attended() { return Date.now() - touched < 25 * 60 * 1000 ? "yes" : "no"; }

// Live parts: the stream brings what is the same for everybody; of other parts it says that they changed, and within how
// many milliseconds the page, at a moment of its own, is to fetch them.
let stream = null, busy = false, within = 0;
const waiting = new Set();
async function refresh() {
  if (busy) return;
  busy = true;
  await new Promise((done) => setTimeout(done, Math.random() * within));
  const bySource = new Map();
  for (const id of waiting) {
    const source = document.getElementById(id)?.dataset.src;
    if (source) bySource.set(source, [...(bySource.get(source) ?? []), id]);
  }
  waiting.clear();
  try {
    await Promise.all([...bySource].map(([source, ids]) => swap(source, ids)));
  } catch { /* offline for a moment: the stream says so, and the next news fetches again */ }
  busy = false;
  say(stream?.readyState === EventSource.OPEN ? WORDS.live : WORDS.lost);
  if (waiting.size) refresh();
}
function say(text) {
  for (const place of document.querySelectorAll("[data-live-state]")) place.textContent = text;
}
function listen(again) {
  if (stream || document.hidden) return;
  const asked = new URLSearchParams(again ? {again: "yes"} : {});
  for (const part of document.querySelectorAll("[data-live]")) {
    asked.append("part", [part.id, part.dataset.live.replaceAll(" ", "."), part.dataset.src].join(" "));
  }
  const own = stream = new EventSource(`/live?${asked}`);
  own.addEventListener("open", () => say(WORDS.live));
  own.addEventListener("error", () => {
    say(WORDS.lost);
    // A refused stream does not come back by itself.
    if (own.readyState === EventSource.CLOSED) setTimeout(() => { if (stream === own) { stream = null; listen(true); } }, 20000 + Math.random() * 20000);
  });
  own.addEventListener("part", (event) => {
    const part = JSON.parse(event.data);
    place(new DOMParser().parseFromString(part.html, "text/html"), [part.id]);
    say(WORDS.live);
  });
  own.addEventListener("changed", (event) => {
    const [parts, time] = event.data.split("\n");
    parts.split(" ").forEach((id) => waiting.add(id));
    within = Number(time);
    refresh();
  });
}
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) { listen(true); return; }
  stream?.close();
  stream = null;
});
listen(false);

// A select that other parts hang on.
document.addEventListener("change", (event) => {
  const select = event.target.closest("[data-refresh]");
  if (select) swap(`${select.dataset.refresh}?${select.name}=${encodeURIComponent(select.value)}`, select.dataset.swap.split(" "));
});

// Leave guard: typed and not saved.
let typed = false, drafting = 0;
document.addEventListener("input", (event) => { typed ||= Boolean(event.target.closest("[data-guard]")); });
document.addEventListener("submit", () => { typed = false; clearTimeout(drafting); });
addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });

// A draft saves itself a moment after the last key; the button saves for good.
document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-draft]");
  if (!form || event.target.type === "file") return;
  clearTimeout(drafting);
  drafting = setTimeout(async () => {
    const values = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    const answer = await fetch(form.dataset.draft, {method: "POST", body: values, headers: {"x-attended": "yes"}}).catch(() => null);
    const told = form.querySelector("[data-drafted]");
    if (told) told.hidden = !answer?.ok;
  }, 3000);
});

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
  } else if (button && "pickAll" in button.dataset) {
    const picks = [...button.form.querySelectorAll("input[type=checkbox][name^='pick.']")], all = picks.every((pick) => pick.checked);
    for (const pick of picks) pick.checked = !all;
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

// The session ends when nobody was at it for long: said two minutes before, and put off by a press of the button.
const WARN_SECONDS = 120;
let ends = Number(document.body.dataset.sessionEnds ?? 0);
async function goOn(by) {
  const answer = await fetch("/frame", {headers: {accept: "text/html", "x-attended": by}}).catch(() => null);
  const fresh = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  if (fresh) ends = Number(fresh.body.dataset.sessionEnds ?? 0);
}
let asking = false;
async function watchSession() {
  const notice = document.getElementById("session");
  if (!notice || !ends) return;
  let seconds = Math.round(ends - Date.now() / 1000);
  if (notice.hidden && seconds < WARN_SECONDS && !asking) {
    asking = true;
    await goOn(Date.now() - touched < 5 * 60 * 1000 ? "yes" : "no"); // another tab may have gone on, or somebody is typing
    asking = false;
    seconds = Math.round(ends - Date.now() / 1000);
    if (seconds <= 0) ends = 0; // it is over: a page left open asks no more
  }
  const late = seconds < WARN_SECONDS && seconds > 0;
  notice.querySelector("[data-session-left]").textContent = late ? WORDS.ends(left(seconds)) : "";
  if (late && notice.hidden) { notice.hidden = false; }
  if (!late) notice.hidden = true;
}
setInterval(watchSession, 1000);
document.addEventListener("click", async (event) => {
  if (!event.target.closest("[data-stay]")) return;
  await goOn("yes");
  watchSession();
});
