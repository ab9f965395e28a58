// Draws the pictures of the page, keeps them true to the refreshed figures, and says when the link is lost.
"use strict";

const ROW_PX = 30; // one lying bar with air around it
const COLUMNS_PX = 240;
const LABEL_PX_MAX = 210;
const LETTER_PX = 7.4; // of a 13 px letter, on average; the longest label sets the margin
const drawn = new Map(); // canvas -> {chart, text}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const font = () => getComputedStyle(document.body).fontFamily;

function bars(spec, width) {
  const longest = Math.max(...spec.marks.map((mark) => mark.label.length));
  const label = Math.min(longest * LETTER_PX, LABEL_PX_MAX, width * 0.5);
  return {
    grid: { left: label + 12, right: 62, top: 2, bottom: 2 },
    xAxis: { type: "value", show: false, min: 0, max: spec.value_max ?? "dataMax" },
    yAxis: {
      type: "category",
      inverse: true,
      data: spec.marks.map((mark) => mark.label),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: colour("ink"), fontSize: 13, width: label, overflow: "break", lineHeight: 14, interval: 0 },
    },
    series: [series(spec, { barWidth: 14, borderRadius: [0, 4, 4, 0], label: "right" })],
  };
}

function columns(spec) {
  return {
    grid: { left: 8, right: 8, top: 12, bottom: 26 },
    xAxis: {
      type: "category",
      data: spec.marks.map((mark) => mark.label),
      axisLine: { lineStyle: { color: colour("line") } },
      axisTick: { show: false },
      axisLabel: { color: colour("quiet"), fontSize: 12, interval: 3, formatter: (label) => label.split(" ")[0] },
    },
    yAxis: { type: "value", min: 0, axisLabel: { show: false }, splitLine: { lineStyle: { color: colour("line") } } },
    series: [series(spec, { barCategoryGap: "12%", borderRadius: [3, 3, 0, 0] })],
  };
}

function series(spec, look) {
  return {
    type: "bar",
    barWidth: look.barWidth,
    barCategoryGap: look.barCategoryGap,
    data: spec.marks.map((mark) => ({
      value: mark.value,
      itemStyle: { color: colour(`tone-${mark.tone}`), borderRadius: look.borderRadius },
    })),
    label: {
      show: Boolean(look.label),
      position: look.label,
      color: colour("ink"),
      fontSize: 13,
      formatter: (mark) => spec.marks[mark.dataIndex].text,
    },
  };
}

function option(spec, width) {
  return {
    textStyle: { fontFamily: font() },
    animation: !calm.matches,
    animationDuration: 300,
    tooltip: {
      trigger: "item",
      renderMode: "richText", // no markup is ever made of a figure's text
      backgroundColor: colour("card"),
      borderColor: colour("line"),
      textStyle: { color: colour("ink"), fontSize: 13 },
      formatter: (mark) => `${spec.marks[mark.dataIndex].label}: ${spec.marks[mark.dataIndex].text}`,
    },
    ...(spec.kind === "bars" ? bars(spec, width) : columns(spec)),
  };
}

function draw(figure, anew = false) {
  const canvas = figure.querySelector(".canvas");
  const text = figure.querySelector("script").textContent;
  const before = drawn.get(canvas);
  if (before && before.text === text && !anew) return;
  const spec = JSON.parse(text);
  canvas.style.height = `${spec.kind === "bars" ? spec.marks.length * ROW_PX + 4 : COLUMNS_PX}px`;
  const chart = before?.chart ?? echarts.init(canvas, null, { renderer: "svg" });
  chart.resize();
  chart.setOption(option(spec, canvas.clientWidth), true);
  drawn.set(canvas, { chart, text });
}

function drawAll(anew = false) {
  for (const [canvas, { chart }] of drawn) {
    if (!canvas.isConnected) {
      chart.dispose();
      drawn.delete(canvas);
    }
  }
  for (const figure of document.querySelectorAll("[data-chart]")) draw(figure, anew);
}

function say(text) {
  const place = document.querySelector("[data-link-state]");
  if (place.textContent !== text) place.textContent = text;
  document.documentElement.toggleAttribute("data-stale", Boolean(text));
}

let resizing;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => drawAll(true), 100);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll(true));
document.addEventListener("htmx:after:swap", () => drawAll());
document.addEventListener("htmx:before:request", (event) => {
  if (document.hidden) event.preventDefault(); // nobody looks: the server may rest
});
document.addEventListener("htmx:after:request", () => say(""));
document.addEventListener("htmx:response:error", () => say("The server has trouble. These figures are from before."));
document.addEventListener("htmx:error", () => say("The link is lost. These figures are from before."));
drawAll();
