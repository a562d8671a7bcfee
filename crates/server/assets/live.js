// Keeps a page as the server would draw it now. The server tells that something changed, the page is fetched again,
// and its regions (data-region) that differ are exchanged. Without this script every form and link works by itself.
"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const formats = {
    clock: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    time: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
    exact: { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" },
    full: { dateStyle: "medium", timeStyle: "medium" },
    date: { year: "numeric", month: "2-digit", day: "2-digit" },
    day: { month: "long", day: "numeric", weekday: "long" },
  };
  const spell = (when, form) => new Intl.DateTimeFormat(root.lang, formats[form]).format(when);

  // The server writes UTC; here it becomes the reader's own time.
  function localise(within) {
    for (const time of all("time[data-moment]", within)) time.textContent = spell(new Date(time.dateTime), time.dataset.moment);
    for (const clock of all("[data-clock]", within)) clock.textContent = spell(new Date(), "clock");
  }

  // A region that is being used is left alone until the hand is off it.
  let held = false;
  const isTouched = (item) => item.tagName === "SELECT" || item.value !== item.defaultValue;
  const inUse = (region) => held || all("select:focus, input:focus", region).some(isTouched);
  const names = (within) => all(":scope > [data-region]", within).map((child) => child.id).join();

  function carryOver(old, fresh) {
    for (const select of all("select[id]", old)) {
      const untouched = all("option", select).every((option) => option.selected === option.defaultSelected);
      const twin = fresh.querySelector("#" + CSS.escape(select.id));
      if (twin && !untouched) twin.value = select.value;
    }
    for (const open of all("details[open][id]", old)) fresh.querySelector("#" + CSS.escape(open.id))?.setAttribute("open", "");
    const known = new Set(all("[data-key]", old).map((item) => item.dataset.key));
    for (const item of all("[data-key]", fresh)) if (!known.has(item.dataset.key)) item.classList.add("arriving");
  }

  let waiting = false;
  function swap(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    localise(page);
    waiting = false;
    for (const old of all("[data-region]")) {
      const fresh = page.getElementById(old.id);
      if (!old.isConnected || !fresh || old.outerHTML === fresh.outerHTML) continue;
      if (old.dataset.region === "keyed" && names(old) === names(fresh) && names(old)) continue;
      if (inUse(old)) { waiting = true; continue; }
      const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
      carryOver(old, fresh);
      const placed = document.adoptNode(fresh);
      old.replaceWith(placed);
      for (const item of all(".arriving", placed)) item.addEventListener("animationend", () => item.classList.remove("arriving"));
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    }
  }

  // Answers may overtake one another: only the one that was asked for last is shown.
  let asked = 0;
  async function show(request) {
    const number = ++asked;
    const answer = await request;
    if (answer.status === 401) return location.reload();
    if (answer.redirected) history.replaceState(null, "", answer.url);
    const html = await answer.text();
    if (number === asked) swap(html);
  }
  const refresh = () => show(fetch(location.href, { cache: "no-store" })).catch(() => {});

  document.addEventListener("pointerdown", () => { held = true; });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => setTimeout(() => { held = false; if (waiting) refresh(); }, 50));
  }
  document.addEventListener("focusout", () => setTimeout(() => { if (waiting) refresh(); }, 50));

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-live")) return;
    event.preventDefault();
    form.setAttribute("aria-busy", "true");
    const body = new URLSearchParams(new FormData(form, event.submitter));
    if (form.dataset.live === "reset") form.reset();
    show(fetch(form.getAttribute("action"), { method: "POST", body }))
      .catch(() => form.submit())
      .finally(() => form.removeAttribute("aria-busy"));
  });
  document.addEventListener("change", (event) => {
    if (event.target.hasAttribute("data-submit-on-change")) event.target.form.requestSubmit();
  });
  // The narrow window's menu and a question that is asked back are closed without being answered.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = event.target.closest("details.sure[open]") ?? event.target.closest(".side")?.querySelector(".drawer[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
  document.addEventListener("input", (event) => {
    const count = document.querySelector(`[data-count="${event.target.id}"]`);
    if (!count) return;
    const length = [...event.target.value].length;
    count.textContent = `${length}/${count.dataset.max}`;
    count.classList.toggle("over", length > Number(count.dataset.max));
  });
  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (!copy) return;
    const source = document.getElementById(copy.dataset.copy);
    getSelection().selectAllChildren(source);
    await navigator.clipboard?.writeText(source.href || source.textContent).then(() => copy.classList.add("done"), () => {});
    setTimeout(() => copy.classList.remove("done"), 1500);
  });

  function listen() {
    const news = new EventSource(document.body.dataset.events);
    const lost = document.getElementById("connection-lost");
    news.addEventListener("changed", refresh);
    news.addEventListener("open", () => { lost.hidden = true; });
    news.addEventListener("error", () => {
      lost.hidden = false;
      if (news.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 2000);
    });
  }

  root.classList.add("scripted");
  localise(document);
  setInterval(() => localise(document), 15000);
  // A page that shows nothing that changes has nowhere to listen.
  if (document.body.dataset.events) listen();
})();
