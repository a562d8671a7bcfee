"use strict";
// The key stands behind the # of the address, which browsers do not send.
const key = location.hash.slice(1);
const ask = (path, options = {}) =>
  fetch(path, { ...options, headers: { authorization: `Bearer ${key}`, "content-type": "application/json" } });
const make = (name, text = "", cls = "") => {
  const element = document.createElement(name);
  element.textContent = text;
  if (cls) element.className = cls;
  return element;
};
const place = (id) => document.getElementById(id);
const FAULTS = [
  ["throttle", "too fast · 限流", { throttle: true }],
  ["quota_used_up", "quota used up · 配额用尽", { quota_used_up: true }],
  ["black_hole", "never answers · 黑洞", { black_hole: true }],
  ["latency_ms", "2 s slow · 慢", { latency_ms: 2000 }],
];

function trouble(text) { place("trouble").textContent = text; }

async function act(path, body) {
  const answer = await ask(path, { method: "POST", body: body ? JSON.stringify(body) : undefined });
  trouble(answer.ok ? "" : (await answer.json().catch(() => ({ detail: answer.status }))).detail);
  await draw();
}

function vendorCard(vendor, hosts) {
  const faults = hosts[0].faults;
  const card = make("div", "", "vendor");
  const head = make("h3", vendor);
  card.append(head, make("p", hosts.map((host) => `${host.address.split(":").pop()}  ${host.name}`).join("\n"), "hosts"));
  let faulty = false;
  for (const [name, label, plan] of FAULTS) {
    const on = Boolean(faults[name]);
    faulty ||= on;
    const button = make("button", label);
    button.setAttribute("aria-pressed", String(on));
    button.addEventListener("click", () => act(`/faults/${vendor}`, on ? {} : plan));
    card.append(button);
  }
  for (const [label, path, body] of [
    ["next 3 fail with 503", `/faults/${vendor}`, { fail: { times: 3, code: "http:503" } }],
    ["cut the next", `/faults/${vendor}`, { reset: 1 }],
    ["end all access tokens · 鉴权过期", `/faults/${vendor}/expire-auth`, null],
  ]) {
    const button = make("button", label);
    button.addEventListener("click", () => act(path, body));
    card.append(button);
  }
  card.classList.toggle("faulty", faulty);
  return card;
}

function row(cells, refused) {
  const line = make("tr", "", refused ? "refused" : "");
  for (const [text, cls] of cells) line.append(make("td", text, cls || ""));
  return line;
}

async function draw() {
  const answer = await ask("/state");
  if (!answer.ok) return trouble("The address must end in # and the control key. 地址末尾须为 # 加控制密钥。");
  const state = await answer.json();
  place("where").textContent = `TLS for every host by name: ${state.tls_address}`;
  const vendors = new Map();
  for (const host of state.hosts) vendors.set(host.vendor, [...(vendors.get(host.vendor) || []), host]);
  place("vendors").replaceChildren(...[...vendors].map(([vendor, hosts]) => vendorCard(vendor, hosts)));
  place("phones").replaceChildren(...state.phones.map((phone) => row([
    [phone.name], [phone.brand], [phone.token ? `${phone.token}${phone.token_alive ? "" : " (dead)"}` : "—", "mono"],
    [phone.shade.map((shown) => shown.title).join(" · ") || "—"],
    [phone.not_shown.map((missed) => `${missed.title || "data"}: ${missed.reason}`).join(" · ") || "—"],
  ], false)));
  place("count").textContent = `${state.requests}`;
  place("log").replaceChildren(...[...state.log].reverse().map((entry) => row([
    [String(entry.number)], [new Date(entry.at).toLocaleTimeString()], [entry.vendor], [`${entry.path}`, "mono"],
    [String(entry.targets)], [entry.token, "mono"], [`${entry.status || "no answer"} ${entry.code}`, "mono"], [entry.stage],
  ], entry.status === 0 || entry.status >= 400)));
}

async function follow() {
  for (;;) {
    try {
      await draw();
      const reader = (await ask("/events")).body.getReader();
      for (;;) {
        const { done } = await reader.read();
        if (done) break;
        await draw();
      }
    } catch (error) {
      trouble("The simulator does not answer. 模拟器没有应答。");
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
follow();
