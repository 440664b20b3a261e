// Small comforts only. Every act works without this file.
"use strict";

// Large text: without scripts the link asks the server; with them the page changes in place.
document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-large-toggle]");
  if (!toggle) return;
  event.preventDefault();
  const on = !("large" in document.documentElement.dataset);
  document.documentElement.toggleAttribute("data-large", on);
  document.cookie = `large=${on ? 1 : 0};path=/;max-age=31536000;samesite=lax`;
  document.querySelectorAll("[data-large-toggle]").forEach((link) => {
    link.textContent = on ? link.dataset.off : link.dataset.on;
  });
});

// The phone's menu closes on Escape and on a touch outside.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll(".menu[open]").forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});
document.addEventListener("click", (event) => {
  document.querySelectorAll(".menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

// After a refused form the summary of errors is read first.
const summary = document.querySelector("[data-focus]");
if (summary) summary.focus();

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

// A form is sent once; after 300 ms a thin bar shows that it is on its way.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method === "post") form.dataset.sent = "1";
  document.body.classList.add("waiting");
});
window.addEventListener("pageshow", () => {
  document.body.classList.remove("waiting");
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// Money fields say what was typed in ten thousands and in capital numerals.
const DIGITS = "零壹贰叁肆伍陆柒捌玖";

function capitalGroup(four) {
  let text = "";
  let zero = false;
  [...four.padStart(4, "0")].forEach((digit, place) => {
    if (digit === "0") {
      zero = text !== "";
      return;
    }
    text += (zero ? "零" : "") + DIGITS[digit] + ["仟", "佰", "拾", ""][place];
    zero = false;
  });
  return text;
}

function capitals(yuan, fen) {
  const groups = [];
  for (let rest = yuan; rest.length; rest = rest.slice(0, -4)) groups.unshift(rest.slice(-4));
  let text = "";
  let gap = false;
  groups.forEach((group, index) => {
    const words = capitalGroup(group);
    if (!words) {
      gap = text !== "";
      return;
    }
    if (text && (gap || group.length === 4 && group[0] === "0")) text += "零";
    text += words + ["", "万", "亿", "万亿"][groups.length - 1 - index];
    gap = false;
  });
  text = text ? text + "元" : "";
  const [jiao, cent] = fen.padEnd(2, "0");
  if (jiao === "0" && cent === "0") return (text || "零元") + "整";
  if (jiao !== "0") text += DIGITS[jiao] + "角";
  else if (text) text += "零";
  return cent === "0" ? text + "整" : text + DIGITS[cent] + "分";
}

function echo(field) {
  const place = document.getElementById(field.dataset.money);
  if (!place) return;
  const typed = field.value.replace(/[,，\s¥￥]/g, "");
  const parts = /^(\d{1,12})(?:\.(\d{0,2}))?$/.exec(typed);
  if (!parts) {
    place.textContent = "";
    return;
  }
  const yuan = parts[1].replace(/^0+(?=\d)/, "").replace(/^0$/, "");
  const ten = yuan.length > 4 ? `${yuan.slice(0, -4)}.${yuan.slice(-4)}`.replace(/\.?0+$/, "") + " 万元 · " : "";
  place.textContent = ten + capitals(yuan, parts[2] || "");
}

document.querySelectorAll("input[data-money]").forEach((field) => {
  field.addEventListener("input", () => echo(field));
  echo(field);
});
