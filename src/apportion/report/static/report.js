// The charts, and tables that sort and filter. Without this script the page still says everything.
"use strict";

(function () {
  const parsed = (id) => JSON.parse(document.getElementById(id).textContent);
  const words = parsed("words-json");
  const page = parsed("charts-json");
  const DAY_MS = 86400000;
  const DASHES = { supply: [2, 3], ordered: [6, 4], entitled: [6, 4], power: [6, 4], policy: [6, 4] };
  const COLOURS = {
    supply: "var(--supply)",
    ordered: "var(--ordered)",
    entitled: "var(--ordered)",
    power: "var(--ordered)",
    shipped: "var(--shipped)",
    load: "var(--shipped)",
    policy: "var(--ordered)",
    fact: "var(--shipped)",
  };
  const FILLS = { excess: "var(--excess-fill)", ahead: "var(--ahead-fill)", behind: "var(--behind-fill)" };

  let onPaper = window.matchMedia("print").matches;

  document.documentElement.classList.add("has-script");

  function filled(sentence, values) {
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  }

  function numberText(value) {
    const [whole, part] = String(Math.round(value * 100) / 100).split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, words.thousands);
    return part ? grouped + words.decimal + part : grouped;
  }

  // Days are whole numbers since 1970, so no time zone can move them.

  function dayText(day) {
    return new Date(day * DAY_MS).toISOString().slice(0, 10);
  }

  function monthStarts(months) {
    const first = new Date(page.start * DAY_MS);
    const found = [];
    for (let month = 0; ; month += 1) {
      const at = Date.UTC(first.getUTCFullYear(), month, 1) / DAY_MS;
      if (at > page.end) return found;
      if (at >= page.start && month % months === 0) found.push(at);
    }
  }

  function weekStarts(weeks) {
    const found = [];
    for (let day = page.start; day <= page.end; day += 7 * weeks) found.push(day);
    return found;
  }

  function ticksFor(width) {
    const most = Math.max(2, Math.floor(width / 88));
    if (page.end - page.start < 62) {
      const weeks = [1, 2, 4].find((step) => weekStarts(step).length <= most) || 8;
      return { days: weekStarts(weeks), text: dayText };
    }
    const months = [1, 2, 3, 6, 12, 24].find((step) => monthStarts(step).length <= most) || 60;
    const days = monthStarts(months);
    return { days: days.length ? days : [page.start], text: (day) => dayText(day).slice(0, 7) };
  }

  function valueAt(points, day) {
    let value = 0;
    for (const [at, then] of points) {
      if (at > day) break;
      value = then;
    }
    return value;
  }

  // A line starts with the plan and runs to its end.
  function whole(points) {
    const last = points.length ? points[points.length - 1][1] : 0;
    const inside = points.filter(([day]) => day > page.start);
    return [[page.start, valueAt(points, page.start)], ...inside, [page.end, last]];
  }

  function lineSeries(line) {
    return {
      name: line.name,
      type: "line",
      step: "end",
      data: whole(line.points),
      showSymbol: false,
      silent: true,
      emphasis: { disabled: true },
      lineStyle: { color: COLOURS[line.role], width: DASHES[line.role] ? 2 : 2.5, type: DASHES[line.role] || "solid", cap: "butt" },
      itemStyle: { color: COLOURS[line.role] },
      z: DASHES[line.role] ? 4 : 3, // Where lines meet, the gaps of the dashes show the one below.
    };
  }

  function areaSeries(area) {
    const part = (index) => whole(area.points.map((point) => [point[0], point[index]]));
    const shared = {
      type: "line", step: "end", stack: area.role, showSymbol: false, silent: true,
      emphasis: { disabled: true }, lineStyle: { opacity: 0 },
    };
    return [
      { ...shared, name: "", data: part(1) },
      { ...shared, name: area.name, data: part(2), areaStyle: { color: FILLS[area.role], opacity: 1 } },
    ];
  }

  function tip(figure, day) {
    const box = document.createElement("div");
    box.className = "chart-tip";
    const title = document.createElement("strong");
    title.textContent = dayText(day);
    box.append(title);
    for (const line of figure.lines) {
      const row = document.createElement("span");
      const value = document.createElement("b");
      value.textContent = `${numberText(valueAt(line.points, day))} ${figure.unit}`;
      row.append(line.name, value);
      box.append(row);
    }
    return box;
  }

  function option(figure, width) {
    const ticks = ticksFor(width - 60);
    // Named in full, not inherited: labels are measured outside of the page, to make room for them.
    const fontFamily = getComputedStyle(document.body).fontFamily;
    const label = { color: "var(--muted)", fontSize: 12, fontFamily };
    return {
      animation: false,
      aria: { enabled: false },
      backgroundColor: "transparent",
      grid: { left: 4, right: 16, top: 26, bottom: 2, containLabel: true },
      tooltip: {
        trigger: "axis",
        confine: true,
        backgroundColor: "var(--ground)",
        borderColor: "var(--rule-strong)",
        borderWidth: 1,
        padding: [6, 10],
        extraCssText: "box-shadow: none; border-radius: 6px;",
        axisPointer: { type: "line", lineStyle: { color: "var(--rule-strong)", type: "solid" }, label: { show: false } },
        formatter: (points) => tip(figure, Math.round(points[0].axisValue)),
      },
      xAxis: {
        type: "value",
        min: page.start,
        max: page.end,
        axisLine: { lineStyle: { color: "var(--rule-strong)" }, onZero: false },
        axisTick: { show: true, customValues: ticks.days, lineStyle: { color: "var(--rule-strong)" } },
        axisLabel: {
          ...label,
          customValues: ticks.days,
          formatter: ticks.text,
          hideOverlap: true,
        },
        splitLine: { show: false },
      },
      yAxis: {
        type: "value",
        min: 0,
        name: figure.unit,
        nameGap: 10,
        nameTextStyle: { ...label, align: "right", padding: [0, 6, 0, 0] },
        splitNumber: 4,
        axisLabel: { ...label, formatter: numberText },
        splitLine: { lineStyle: { color: "var(--rule)" } },
      },
      series: [...figure.areas.flatMap(areaSeries), ...figure.lines.map(lineSeries)],
    };
  }

  // Paper has no size yet when the drawing is made: it gets a box of its own units, which the paper scales.
  function sizeOf(place) {
    if (!onPaper) return [place.clientWidth, place.clientHeight];
    return place.classList.contains("tall") ? [680, 260] : [330, 180];
  }

  function draw(figure, chart, place) {
    const [width, height] = sizeOf(place);
    if (!width || !height) return;
    chart.resize({ width, height });
    chart.setOption(option(figure, width), true);
    const drawing = place.querySelector("svg");
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawing.setAttribute("focusable", "false");
  }

  function startCharts() {
    const redraws = page.figures.map((figure) => {
      const place = document.getElementById(figure.id);
      const chart = window.echarts.init(place, null, { renderer: "svg" });
      const redraw = () => draw(figure, chart, place);
      redraw();
      return redraw;
    });
    const redrawAll = () => redraws.forEach((redraw) => redraw());
    const turnTo = (paper) => {
      if (paper === onPaper) return;
      onPaper = paper;
      redrawAll();
    };
    let width = window.innerWidth;
    window.addEventListener("resize", () => {
      if (window.innerWidth === width || onPaper) return;
      width = window.innerWidth;
      redrawAll();
    });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
    window.matchMedia("print").addEventListener("change", (event) => turnTo(event.matches));
    window.addEventListener("beforeprint", () => turnTo(true));
    window.addEventListener("afterprint", () => turnTo(false));
  }

  // Tables

  function sortValue(cell) {
    return cell.dataset.value === undefined ? cell.textContent : cell.dataset.value;
  }

  const collator = new Intl.Collator(document.documentElement.lang);

  // Empty cells come last, whichever way.
  function compare(first, second, isNumber, sign) {
    if (first === second) return 0;
    if (first === "" || second === "") return first === "" ? 1 : -1;
    if (isNumber) return sign * (Number(first) - Number(second));
    return sign * collator.compare(first, second);
  }

  function startTable(holder) {
    const table = holder.querySelector("table");
    const body = table.tBodies[0];
    const heads = Array.from(table.tHead.rows[0].cells);
    const rows = Array.from(body.rows);
    const texts = rows.map((row) => Array.from(row.cells, (cell) => cell.textContent).join(" ").toLowerCase());
    const controls = holder.querySelector(".controls");
    const input = controls.querySelector("input");
    const state = controls.querySelector(".state");
    let sorted = "";

    function tell() {
      const shown = rows.filter((row) => !row.hidden).length;
      const parts = [filled(words.shown, { shown: numberText(shown), all: numberText(rows.length) })];
      if (sorted) parts.push(sorted);
      state.textContent = parts.join(words.between);
    }

    function filter() {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      rows.forEach((row, index) => {
        row.hidden = !wanted.every((word) => texts[index].includes(word));
      });
      tell();
    }

    function sortBy(index) {
      const head = heads[index];
      const isRising = head.getAttribute("aria-sort") !== "ascending";
      const isNumber = head.classList.contains("number");
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", isRising ? "ascending" : "descending");
      const keyed = rows.map((row, place) => ({ row, place, key: sortValue(row.cells[index]) }));
      keyed.sort((a, b) => compare(a.key, b.key, isNumber, isRising ? 1 : -1) || a.place - b.place);
      body.append(...keyed.map((one) => one.row));
      sorted = filled(isRising ? words.sorted_up : words.sorted_down, { column: head.textContent });
      tell();
    }

    heads.forEach((head, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.title = `${table.dataset.sortWord} ${head.textContent}`;
      button.addEventListener("click", () => sortBy(index));
      head.replaceChildren(button);
    });
    input.addEventListener("input", filter);
    controls.hidden = false;
    tell();
  }

  startCharts();
  document.querySelectorAll("[data-searchable]").forEach(startTable);
})();
