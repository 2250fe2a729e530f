// The cashier's page: one state from the service, then its events; everything seen is drawn from them.
import { goToSignIn, makeApi, newId, Problem } from "./api.js";
import { makeActs } from "./acts.js";
import { drawBar, drawFoot } from "./bar.js";
import { makeClock } from "./clock.js";
import { makeDeskVoice } from "./desk-voice.js";
import { openedDialog } from "./dialogs.js";
import { openFeed } from "./feed.js";
import { startKeyboard } from "./keyboard.js";
import { fold } from "./money.js";
import { chosenMeal, drawMeals } from "./meals.js";
import { drawPanel } from "./panel-draw.js";
import { plainPanel, readyPanel } from "./panels.js";
import { isAccepted, makeRecent } from "./recent.js";
import { readerPanel, refusedPanel } from "./refusals.js";
import { applyContrast, cookie, setCookie, switchedOn } from "./settings.js";
import { languageOf, makeWords } from "./words.js";

const PANEL_MS = 60000;
const REFRESH_MS = 300000;
const REFRESH_LEAST_MS = 30000;
const TICK_MS = 5000;
const PANEL_TYPES = ["swipe", "meal", "void", "top_up", "pay_out", "card"];
const SALE_WAIT_MS = 500;

const $ = (id) => document.getElementById(id);
const counterId = location.pathname.split("/")[2];
const base = `/api/v1/counters/${counterId}`;
const api = makeApi();

// Everything the other modules need: the words, the state, and what may be done.
const desk = { api, base, counterId, t: null, clock: null, state: null, recent: null, asked: new Map() };
desk.view = { event: null, acts: [], sale: null, reader: { state: "ok" }, net: true, netSince: 0, dismissed: false };
let panelTimer = 0;
let saleTimer = 0;
let unsure = 0;
let refreshedAt = Date.now();
let acts = null;
let voice = null;

desk.chosen = () => chosenMeal(desk.t, desk.state, desk.view.sale);
desk.why = (error) => (error instanceof Problem ? desk.t("failed", { why: error.text(desk.t.language) }) : desk.t("unsure"));
desk.say = (text, kind = "info") => {
  const notice = $("notice");
  notice.dataset.kind = text ? kind : "";
  notice.textContent = text;
};

// ---- what stands on the left -------------------------------------------------------------------

function panelOf() {
  const { view } = desk;
  if (view.event) return plainPanel(desk, view.event) || refusedPanel(desk, view.event);
  if (view.reader.state === "lost" && !view.dismissed) return readerPanel(desk);
  return readyPanel(desk);
}

desk.draw = () => {
  const panel = panelOf();
  desk.view.acts = panel.acts;
  drawPanel(desk, panel, { accepted: $("accepted"), refused: $("refused") }, acts.run);
  document.body.dataset.state = desk.view.event ? desk.view.event.outcome || desk.view.event.type : panel.icon === "plug" ? "reader" : "ready";
  document.title = `${panel.title} \u00b7 ${desk.state.counter.name} \u00b7 ${desk.state.canteen.name}`;
};

desk.drawMeals = () => drawMeals({ t: desk.t, node: $("sale"), state: desk.state, sale: desk.view.sale, onChoose: acts.choose });

function drawAll() {
  desk.draw();
  desk.drawMeals();
  desk.recent.draw(desk.state.tally);
  drawEdges();
}

function drawEdges() {
  drawBar(desk, $("wall"));
  drawFoot(desk, $("keys"), acts.run);
}

// A result stays a minute from when it happened, or from when it was opened again.
function show(event, ms = PANEL_MS) {
  clearTimeout(panelTimer);
  desk.view.event = event;
  if (!unsure) desk.say("");
  desk.draw();
  panelTimer = setTimeout(desk.clear, ms);
}

desk.clear = () => {
  clearTimeout(panelTimer);
  if (!desk.view.event && desk.view.reader.state === "lost") desk.view.dismissed = true;
  desk.view.event = null;
  if (!unsure) desk.say("");
  desk.draw();
};

// ---- what happens ------------------------------------------------------------------------------

function setSale(sale) {
  clearTimeout(saleTimer);
  desk.view.sale = sale;
  if (sale && sale.expires_at) {
    saleTimer = setTimeout(() => {
      setSale(null);
      desk.say(desk.t("sale_gone"));
    }, Math.max(0, -desk.clock.ageMs(sale.expires_at)) + SALE_WAIT_MS);
  }
  desk.drawMeals();
  if (!desk.view.event) desk.draw();
}

function onReader(event) {
  desk.view.reader = { state: event.state, since: event.at, detail: event.detail };
  desk.view.dismissed = false;
  drawEdges();
  if (event.state === "lost") desk.view.event = null;
  desk.draw();
}

function onEvent(event) {
  if (desk.clock.notEarlierThan(event.at)) quietly(refresh);
  if (event.type === "sale") return setSale(event.sale);
  if (event.type === "reader") return onReader(event);
  if (!PANEL_TYPES.includes(event.type)) return undefined;
  desk.recent.add(event);
  if (event.tally) desk.state.tally = event.tally;
  desk.recent.draw(desk.state.tally);
  const left = PANEL_MS - desk.clock.ageMs(event.at);
  // What was read while the line was down is booked later: it never pushes a person away who stands here.
  const booked = event.late && (event.receipt || !isAccepted(event));
  const waits = booked && desk.view.event && !desk.view.event.late;
  if (left > 0 && !waits) show(event, left);
  return undefined;
}

function setNet(up) {
  desk.view.net = up;
  desk.view.netSince = Date.now();
  drawEdges();
  if (!desk.view.event) desk.draw();
  else if (!up) desk.say(desk.t("net_say"), "warn");
  if (up && $("notice").textContent === desk.t("net_say")) desk.say("");
}

// ---- what is sent ------------------------------------------------------------------------------

desk.write = async (method, path, body) => {
  let waiting = false;
  try {
    return await api.send(method, path, body, (on) => {
      unsure += on === waiting ? 0 : on ? 1 : -1;
      waiting = on;
      desk.say(on ? desk.t("unsure") : "", "warn");
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    desk.say(desk.why(error), "bad");
    return null;
  }
};

// A meal by hand uses up what was keyed for it, as a swipe would.
desk.serve = async (body) => {
  desk.asked.set(body.id, body);
  const answer = await desk.write("POST", `${base}/meals`, body);
  if (answer && answer.meal && desk.view.sale) await desk.dropSale();
  return answer;
};

// What the next person gets is told to the service one wish after the other: a key pressed before the
// answer to another is there can neither overtake it nor be lost, and what is drawn is what was answered.
let saleWrites = Promise.resolve();
let saleWishes = 0;

function wishSale(method, body) {
  saleWishes += 1;
  const wish = saleWrites.then(() => desk.write(method, `${base}/sale`, body)).finally(() => (saleWishes -= 1));
  saleWrites = wish.catch(() => null); // what failed holds up no other
  return wish;
}

// Something else than the first meal is chosen, or is just being chosen.
desk.isSaleSet = () => Boolean(desk.view.sale) || saleWishes > 0;

desk.putSale = async (fields) => {
  const answer = await wishSale("PUT", { id: newId(), ...fields });
  if (answer) {
    setSale({ ...fields, ...answer.sale });
    if (fields.second) desk.say(desk.t("second_ready"));
  } else desk.drawMeals();
};

desk.dropSale = async () => {
  setSale(null);
  if (await wishSale("DELETE", null)) setSale(null);
};

desk.retryReader = async () => {
  desk.say(desk.t("trying_reader"));
  try {
    const state = await api.get(base);
    if (state.reader.state !== desk.view.reader.state) onReader({ ...state.reader, at: state.now });
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof TypeError) && error.name !== "AbortError") throw error;
  }
  desk.say("");
};

desk.sayAgain = async () => desk.say((await voice.again()) ? desk.t("said_again") : desk.t("not_here"));
desk.setVoice = (on) => voice.set(on);
desk.signOut = async () => {
  await desk.write("DELETE", "/api/v1/session", null);
  goToSignIn();
};

// A keyboard reader's burst. Letters that are no hex digits can't be a card: nothing is sent.
function onCard(text, field) {
  const dialog = openedDialog();
  if (dialog) return dialog.card(field);
  const card = fold(text).toUpperCase();
  if (/^[0-9A-F]+$/.test(card)) return desk.write("POST", `${base}/swipes`, { id: newId(), card });
  return show({ type: "swipe", outcome: "digits", id: null, read_at: new Date(desk.clock.now()).toISOString(), at: new Date(desk.clock.now()).toISOString(), elder: null, card: null });
}

// ---- start -------------------------------------------------------------------------------------

function take(state) {
  desk.state = state;
  desk.view.reader = state.reader;
  desk.clock.set(state.now);
  desk.recent.load(state.recent);
  setSale(state.sale);
}

// A panel that is being read stays as it is: only what stands around it is drawn anew.
async function refresh() {
  const state = await api.get(base);
  refreshedAt = Date.now();
  take(state);
  desk.recent.draw(state.tally);
  drawEdges();
  if (!desk.view.event) desk.draw();
  return state.last_seq;
}

// A mealtime has begun or ended since the state was drawn (checked with the clock in the bar).
function isOutOfDate() {
  const { mealtime, next_mealtime: next } = desk.state;
  if (Date.now() - refreshedAt < REFRESH_LEAST_MS) return false;
  if (Date.now() - refreshedAt > REFRESH_MS) return true;
  if (mealtime) return desk.clock.minutesTo(mealtime.closes) < -mealtime.grace_min;
  return Boolean(next) && desk.clock.minutesTo(next.opens) <= 0;
}

function tick() {
  drawEdges();
  if (isOutOfDate()) quietly(refresh);
}

function quietly(work) {
  work().catch((error) => {
    if (!(error instanceof Problem) && !(error instanceof TypeError) && error.name !== "AbortError") throw error;
  });
}

function languageNow(state) {
  const asked = languageOf(new URLSearchParams(location.search).get("lang"));
  if (asked) setCookie("canteen_locale", asked === "zh" ? "zh_CN" : "en");
  return asked || languageOf(cookie("canteen_locale")) || languageOf(state.locale) || "zh";
}

function listen(after) {
  openFeed({ path: `${base}/events`, after, onEvent, onReset: refresh, onNet: setNet, onRefused: goToSignIn });
  voice = makeDeskVoice(desk);
  startKeyboard({
    card: onCard,
    cardTyping: () => openedDialog() && openedDialog().say(desk.t("card_seen")),
    command: acts.run,
    char: acts.char,
    dialog: openedDialog,
    singleKeys: () => switchedOn("single_keys", desk.state.single_keys !== false),
  });
  setInterval(tick, TICK_MS);
}

async function start() {
  applyContrast();
  await api.session();
  const state = await api.get(base);
  const language = languageNow(state);
  const t = makeWords(language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  $("skip").textContent = t("skip");
  ["accepted", "refused"].forEach((id) => $(id).setAttribute("aria-label", t("current")));
  desk.t = t;
  desk.clock = makeClock(state.timezone, language);
  acts = makeActs(desk);
  desk.recent = makeRecent({ t, clock: desk.clock, node: $("recent"), onOpen: (event) => show(event) });
  desk.state = state;
  take(state);
  drawAll();
  listen(state.last_seq);
}

// Until the service answers once there is nothing to draw: ask again each 2 s.
function startWhenAnswered() {
  start().catch((error) => {
    const refused = error instanceof Problem && error.status < 500;
    const say = refused ? `${error.text("zh")} ${error.text("en")}` : "连不上服务，2 秒后再试… Can’t reach the service; trying again…";
    $("accepted").querySelector("p").textContent = say;
    if (!refused) setTimeout(startWhenAnswered, 2000);
  });
}

startWhenAnswered();
