// The price editor shows the schedule as it is typed. Every act works without this file: “Show”, “Add a row” and “✕” are
// buttons that the server answers.
"use strict";

const editor = document.querySelector("[data-price-editor]");
if (editor) {
  const place = document.querySelector("[data-price-preview]");
  const status = document.querySelector("[data-price-status]");
  const table = editor.querySelector(".brackets");
  const kinds = JSON.parse(table.dataset.kinds);
  let waiting = 0;
  let running = null;

  // Each problem of the fragment is said again at the field it is about.
  const sayAtFields = () => {
    const told = new Map();
    place.querySelectorAll("[data-at]").forEach((problem) => {
      const at = problem.dataset.at;
      told.set(at, [told.get(at), problem.textContent.trim()].filter(Boolean).join(" "));
    });
    editor.querySelectorAll("[data-why]").forEach((slot) => {
      const text = told.get(slot.dataset.why) || "";
      if (slot.textContent !== text) slot.textContent = text;
      const field = document.getElementById(slot.dataset.why);
      if (!field) return;
      if (text) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    });
  };

  const show = async () => {
    if (running) running.abort();
    const mine = new AbortController();
    running = mine;
    try {
      const answer = await fetch(editor.dataset.preview, { method: "POST", body: new FormData(editor), signal: mine.signal, headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      place.innerHTML = await answer.text();
      sayAtFields();
      const told = place.querySelector("[data-told]");
      status.textContent = told ? told.textContent : "";
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = editor.dataset.lost;
    }
    // What is no longer the running request is an older one: a newer one says what is true.
    if (running === mine) running = null;
  };

  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 250);
  };

  // The table has the columns of the chosen kind.
  const showCells = () => {
    const heads = kinds[editor.elements.kind.value] || {};
    table.querySelectorAll("[data-cell]").forEach((cell) => {
      const label = heads[cell.dataset.cell];
      cell.hidden = label === undefined;
      if (label === undefined) return;
      if (cell.tagName === "TH") {
        cell.textContent = label;
        return;
      }
      cell.dataset.label = label;
      cell.querySelector("input, select").setAttribute("aria-label", label);
    });
  };

  const number = (row) => Number(row.dataset.row.split("-").pop());

  const addRow = () => {
    const rows = [...table.tBodies[0].rows];
    const last = rows[rows.length - 1];
    const next = Math.max(...rows.map(number)) + 1;
    const row = last.cloneNode(true);
    const old = last.dataset.row;
    const renamed = (text) => text.replace(old, `brackets-${next}`);
    row.dataset.row = `brackets-${next}`;
    row.querySelectorAll("input, select, button, [data-why]").forEach((one) => {
      ["id", "name", "value", "aria-describedby", "data-why"].forEach((attribute) => {
        if (attribute === "value" && one.tagName !== "BUTTON") return;
        if (one.hasAttribute(attribute)) one.setAttribute(attribute, renamed(one.getAttribute(attribute)));
      });
      if (one.tagName === "INPUT") {
        one.removeAttribute("value");
        one.value = "";
      }
      if (one.tagName === "SELECT") one.value = document.getElementById(one.id.replace(`brackets-${next}`, old)).value;
      one.removeAttribute("aria-invalid");
      if (one.dataset.why) one.textContent = "";
    });
    last.after(row);
    const low = document.getElementById(`brackets-${next}-low`);
    const high = document.getElementById(`${old}-high`);
    if (!low.closest("td").hidden && !high.closest("td").hidden) low.value = high.value;
    counted();
    const first = [...row.querySelectorAll("td:not([hidden]) input, td:not([hidden]) select")].find((one) => !one.value);
    if (first) first.focus();
  };

  const counted = () => {
    [...table.tBodies[0].rows].forEach((row, index) => {
      const button = row.querySelector("[data-remove]");
      button.setAttribute("aria-label", `${button.dataset.remove} ${index + 1}`);
    });
  };

  editor.addEventListener("input", soon);
  editor.elements.kind.addEventListener("change", () => {
    showCells();
    soon();
  });
  editor.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    if (!button) return;
    if (button.value === "add") {
      event.preventDefault();
      addRow();
      soon();
    } else if (button.value === "show") {
      event.preventDefault();
      clearTimeout(waiting);
      show();
    } else if (button.value.startsWith("remove-") && table.tBodies[0].rows.length > 1) {
      event.preventDefault();
      const row = button.closest("tr");
      const near = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      counted();
      near.querySelector("td:not([hidden]) input, td:not([hidden]) select").focus();
      soon();
    }
  });
}
