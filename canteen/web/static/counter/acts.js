// What the keys and buttons of the counter do. Every write carries an id made here before the first
// sending, so that asking again after a lost answer can never serve or charge twice.
import { newId } from "./api.js";
import { openKeys, openMore } from "./dialog-keys.js";
import { openPrice, openTopUp } from "./dialog-money.js";
import { openAssign, openFind, openServe } from "./dialog-people.js";
import { openVoid, targetOfEvent, targetOfFirst } from "./dialog-void.js";
import { isAccepted } from "./recent.js";

export function makeActs(desk) {
  const { t } = desk;
  const shown = () => desk.view.event;

  // The shown refusal answered: its own swipe, or the same request again under a new id.
  function answer(fields, event = shown()) {
    const chosen = desk.chosen();
    if (!event || !chosen) return;
    const asked = desk.asked.get(event.id);
    const whom = asked || (event.type === "swipe" ? { swipe: event.id } : { elder: event.elder.number, reason: "no_card" });
    desk.serve({ ...whom, ...chosen.body, pay: "purse", second: Boolean(asked && asked.second), ...fields, id: newId() });
  }

  function find() {
    const event = shown();
    const known = event && event.outcome === "card_lost" && event.elder;
    if (known) openServe(desk, event.elder, "card_lost");
    else openFind(desk, { title: "find_title", onPick: (elder) => openServe(desk, elder, desk.view.reader.state === "lost" ? "reader_down" : null) });
  }

  function topUp() {
    const event = shown();
    if (event && event.elder) {
      const balance = event.purse ? event.purse.balance_fen : event.short ? event.short.balance_fen : event.balance_fen;
      // The button says so: after the top-up the meal that was short is served, by the same swipe.
      const serve = event.outcome === "insufficient_balance" ? () => answer({}, event) : null;
      openTopUp(desk, event.elder, balance, serve);
    } else openFind(desk, { title: "find_title", onPick: (elder) => openTopUp(desk, elder, elder.balance_fen) });
  }

  function voidLast() {
    const event = shown();
    const acts = desk.view.acts;
    if (acts.some((a) => a.command === "voidFirst")) openVoid(desk, targetOfFirst(event));
    else {
      const last = event && isAccepted(event) && !desk.recent.isVoided(event.meal.id) ? event : desk.recent.lastMeal();
      if (last) openVoid(desk, targetOfEvent(t, last, last === desk.recent.lastMeal()));
      else desk.say(t("nothing_to_void"));
    }
  }

  // Second portion: of a card refused as already_eaten at once; after a repeat the card is swiped again.
  function second() {
    const chosen = desk.chosen();
    if (shown().outcome === "already_eaten") answer({ second: true });
    else if (chosen) desk.putSale({ ...chosen.body, pay: "purse", second: true });
  }

  function price() {
    openPrice(desk, { title: "price_title", button: "price_do", onAmount: (fen) => answer({ kind: "amount", amount_fen: fen, channel: "dine_in", set_meal: undefined }) });
  }

  function otherPrice() {
    const kept = desk.view.sale && desk.view.sale.second;
    openPrice(desk, {
      title: "amount_title",
      button: "amount_do",
      onAmount: (fen) => desk.putSale({ kind: "amount", amount_fen: fen, channel: "dine_in", pay: "purse", second: Boolean(kept) }),
    });
  }

  function assign() {
    const swipe = shown();
    openFind(desk, { title: "assign_title", onPick: (elder) => openAssign(desk, elder, swipe) });
  }

  function choose(key) {
    if (key === "0") {
      otherPrice();
      return;
    }
    const meal = desk.state.set_meals.find((m) => m.key === key);
    const armed = desk.view.sale;
    if (!meal) return;
    if (meal === desk.state.set_meals[0] && !(armed && armed.second)) {
      if (desk.isSaleSet()) desk.dropSale();
      else desk.drawMeals();
      return;
    }
    desk.putSale({ kind: "set", set_meal: meal.code, channel: meal.channel, pay: "purse", second: Boolean(armed && armed.second) });
  }

  function clear() {
    if (desk.isSaleSet()) desk.dropSale();
    desk.clear();
  }

  const commands = {
    find, topUp, voidLast, second, price, assign, clear,
    voidFirst: voidLast,
    cash: () => answer({ pay: "purse_then_cash" }),
    guest: () => desk.serve({ id: newId(), guest: true, ...desk.chosen().body, pay: "cash", second: false }),
    keep: () => desk.write("POST", `${desk.base}/kept-cards`, { id: newId(), swipe: shown().id }),
    retryReader: () => desk.retryReader(),
    sayAgain: () => (desk.view.acts.some((a) => a.command === "retryReader") ? desk.retryReader() : desk.sayAgain()),
    help: () => openKeys(desk),
    up: () => desk.recent.move(-1),
    down: () => desk.recent.move(1),
  };

  return {
    choose,
    run: (command) => commands[command](),
    // A single key: what the panel offers under it, else a meal key, else B and ?.
    char(char) {
      const key = char.toUpperCase();
      const offered = desk.view.acts.find((a) => a.key === key);
      if (offered) commands[offered.command]();
      else if (/^[0-4]$/.test(key)) choose(key);
      else if (key === "B") openMore(desk);
      else if (key === "?" || key === "\uff1f") openKeys(desk);
    },
  };
}
