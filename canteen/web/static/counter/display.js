// The elder's screen of one counter: what happened to the card just now, at most 30 s, then idle.
import { makeApi, Problem } from "./api.js";
import { makeClock } from "./clock.js";
import { drawIdle, drawPrevious, drawResult } from "./display-draw.js";
import { el, fill, icon } from "./dom.js";
import { openFeed } from "./feed.js";
import { applyContrast } from "./settings.js";
import { makeVoice } from "./voice.js";
import { languageOf, makeWords } from "./words.js";

const RESULT_MS = 30000;
const SPEAK_MS = 10000;
const REFRESH_MS = 60000;
const BEAT_MS = 5000;
const DINERS = ["accepted", "low", "offline"];

const $ = (id) => document.getElementById(id);
const counterId = location.pathname.split("/")[2];
const base = `/api/v1/counters/${counterId}`;
const api = makeApi({ onSignedOut: () => {} });
const view = { event: null, diner: null, previous: null, net: true, voice: "locked", spoken: "" };
let t = makeWords("zh");
let clock = null;
let state = null;
let voice = null;
let idleTimer = 0;

// ---- drawing -----------------------------------------------------------------------------------

function soundMark() {
  if (view.voice === "locked") return el("p", { class: "elder__mark" }, icon("mute"), t("d_unlock"));
  return view.voice === "none" ? el("p", { class: "elder__mark" }, icon("mute"), t("d_no_voice")) : null;
}

// Without a voice the line that would be spoken stands in the band instead, in large type.
function band() {
  if (view.voice !== "ready" && view.event && view.spoken) return [el("p", { class: "elder__prev elder__prev--spoken" }, icon("sound"), el("span", null, view.spoken))];
  return drawPrevious(t, view.event ? view.previous : null, state.settings);
}

function drawDado() {
  const now = clock.hhmm(clock.now());
  const net = view.net ? null : el("p", { class: "elder__mark" }, icon("off"), t("d_net"));
  fill($("dado"), ...band(), net, soundMark(), el("p", { class: "elder__time" }, el("time", { datetime: now }, now)));
}

function draw() {
  const { event } = view;
  document.body.className = `elder elder--${event ? event.kind : "idle"}`;
  fill($("live"), event ? drawResult(t, clock, event, state.settings) : drawIdle(t, state));
  document.title = `${t("d_title")} \u00b7 ${state.canteen.name}`;
  drawDado();
}

function toIdle() {
  clearTimeout(idleTimer);
  view.event = null;
  view.diner = null;
  view.previous = null;
  view.spoken = "";
  draw();
}

// ---- events ------------------------------------------------------------------------------------

function show(event) {
  const left = RESULT_MS - clock.ageMs(event.at);
  clearTimeout(idleTimer);
  if (event.kind === "idle" || left <= 0) return toIdle();
  view.previous = view.diner;
  if (DINERS.includes(event.kind)) view.diner = event;
  view.event = event;
  view.spoken = "";
  if (clock.ageMs(event.at) < SPEAK_MS) view.spoken = voice.say(event);
  draw();
  idleTimer = setTimeout(toIdle, left);
  return undefined;
}

function onEvent(event) {
  if (event.type !== "display") return;
  if (clock.notEarlierThan(event.at)) quietly(refresh);
  show(event);
}

// ---- start -------------------------------------------------------------------------------------

async function refresh() {
  state = await api.get(`${base}/display`);
  clock.set(state.now);
  if (!view.event) draw();
  return state.last_seq;
}

// A failure of the line is shown by the feed; only a link that was taken back ends the screen.
function quietly(work) {
  work().catch((error) => {
    if (error instanceof Problem && [401, 403, 404].includes(error.status)) unlinked();
  });
}

function unlinked() {
  document.body.className = "elder elder--unlinked";
  fill($("live"), el("h1", { class: "elder__hello" }, t("d_unlinked")), el("p", { class: "elder__do" }, t("d_unlinked_say")));
  fill($("dado"));
}

function listen(after) {
  openFeed({
    path: `${base}/events`,
    view: "display",
    after,
    onEvent,
    onReset: refresh,
    onNet(up) {
      view.net = up;
      drawDado();
    },
    beatMs: BEAT_MS,
    onRefused: unlinked,
  });
  const line = new BroadcastChannel(`canteen-counter-${counterId}`);
  line.onmessage = (message) => {
    if (message.data === "again" && voice.state() === "ready" && voice.again()) line.postMessage("said");
  };
  setInterval(drawDado, 5000);
  setInterval(() => quietly(refresh), REFRESH_MS);
}

async function start() {
  applyContrast();
  state = await api.get(`${base}/display`);
  const language = languageOf(state.locale) || "zh";
  t = makeWords(language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  clock = makeClock(state.timezone || "Asia/Shanghai", language);
  clock.set(state.now);
  voice = makeVoice({
    language,
    onState(now) {
      view.voice = now;
      if (voice) draw();
    },
  });
  voice.tryUnlock();
  if (state.last) show({ ...state.last, ...state.last.body, type: "display" });
  else draw();
  listen(state.last_seq);
}

function startWhenAnswered() {
  start().catch((error) => {
    if (error instanceof Problem && error.status < 500) return unlinked();
    fill($("live"), el("h1", { class: "elder__hello" }, "\u2026"));
    setTimeout(startWhenAnswered, 2000);
    if (!(error instanceof Problem) && !(error instanceof TypeError) && error.name !== "AbortError") throw error;
    return undefined;
  });
}

startWhenAnswered();
