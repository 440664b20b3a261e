// Suggestions while typing in the search boxes: an ARIA combobox. Without this file the box is a plain form.
"use strict";

document.querySelectorAll("form.search[action$='/search']").forEach((form, number) => {
  const field = form.querySelector("input[name=q]");
  if (!field) return;
  const list = document.createElement("ul");
  list.id = `suggested-${number}`;
  list.className = "suggested";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.getAttribute("aria-label"));
  form.append(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
  field.setAttribute("aria-controls", list.id);

  let active = -1;
  let waiting = 0;
  let asked = null;

  function close() {
    clearTimeout(waiting);
    if (asked) asked.abort();
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function choose(at) {
    active = at;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    if (at < 0) {
      field.removeAttribute("aria-activedescendant");
    } else {
      field.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    }
  }

  function show(found) {
    list.replaceChildren(...found.map((one, place) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${place}`;
      option.setAttribute("role", "option");
      option.dataset.href = one.href;
      const note = document.createElement("small");
      note.textContent = one.note;
      option.append(one.text, " ", note);
      return option;
    }));
    list.hidden = !found.length;
    field.setAttribute("aria-expanded", String(found.length > 0));
    choose(-1);
  }

  async function ask() {
    const text = field.value.trim();
    if (!text) return close();
    if (asked) asked.abort();
    const mine = asked = new AbortController();
    try {
      const answer = await fetch(`${form.action}/suggest?q=${encodeURIComponent(text)}`, {
        headers: { Accept: "application/json" },
        signal: mine.signal,
      });
      if (answer.ok && field.value.trim() === text && document.activeElement === field) show(await answer.json());
    } catch (error) {
      // Typed on, or no network: the form still asks the server.
      if (error.name !== "AbortError") close();
    }
  }

  field.addEventListener("input", (event) => {
    // An input method shows letters until the characters are chosen.
    if (event.isComposing) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  });
  field.addEventListener("compositionend", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const many = list.children.length;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !list.hidden) {
      event.preventDefault();
      // One place more than there are options: the field itself.
      const step = event.key === "ArrowDown" ? 1 : many;
      choose((active + 1 + step) % (many + 1) - 1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      location.assign(list.children[active].dataset.href);
    }
  });
  field.addEventListener("blur", close);
  form.addEventListener("submit", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.href);
  });
});
