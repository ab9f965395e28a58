// Draws the pictures of the page, keeps them true to the refreshed figures, and says when the link is lost.
"use strict";

const ROW_PX = 30; // one lying bar with air around it
const COLUMNS_PX = 240;
const WHISKER_PX = 9; // the ends of an interval: shorter than the bar is thick
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
    grid: { left: label + 12, right: longestText(spec) * LETTER_PX + 18, top: 2, bottom: 2 },
    xAxis: { type: "value", show: false, min: spec.value_min ?? 0, max: spec.value_max ?? "dataMax" },
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

const longestText = (spec) => Math.max(6, ...spec.marks.map((mark) => mark.text.length));

// The interval of a bar: a thin line with ends, over it.
function whiskers(spec) {
  const known = spec.marks.flatMap((mark, place) => (mark.low == null ? [] : [{ ...mark, place }]));
  return {
    silent: true,
    animation: false,
    symbol: ["rect", "rect"],
    symbolSize: [WHISKER_PX, 1.5],
    label: { show: true, position: "end", distance: 6, color: colour("ink"), fontSize: 13, formatter: (end) => end.data.text },
    lineStyle: { color: colour("ink"), width: 1.5, type: "solid" },
    data: known.map((mark) => [{ coord: [mark.low, mark.place], text: mark.text }, { coord: [mark.high, mark.place] }]),
  };
}

const scaled = (axis, value) => `${axis.before}${(value * axis.factor).toLocaleString("en-GB")}${axis.after}`;

// A line with its interval as a band: the band is stacked on an invisible line at its lower end.
function weeks(spec) {
  const of = (value) => spec.marks.map(value);
  const band = { type: "line", stack: "band", silent: true, symbol: "none", lineStyle: { opacity: 0 } };
  return {
    grid: { left: 8, right: 8, top: 12, bottom: 4, containLabel: true },
    xAxis: {
      type: "category",
      data: of((mark) => mark.label),
      boundaryGap: false,
      axisLine: { lineStyle: { color: colour("line") } },
      axisTick: { show: false },
      axisLabel: { color: colour("quiet"), fontSize: 12, hideOverlap: true, alignMinLabel: "left", alignMaxLabel: "right" },
    },
    yAxis: {
      type: "value",
      min: 0,
      max: spec.value_max,
      splitNumber: 3,
      axisLabel: { color: colour("quiet"), fontSize: 12, formatter: (value) => scaled(spec.axis, value) },
      splitLine: { lineStyle: { color: colour("line") } },
    },
    series: [
      { ...band, data: of((mark) => mark.low) },
      {
        ...band,
        data: of((mark) => (mark.low == null ? null : mark.high - mark.low)),
        areaStyle: { color: colour("tone-accent"), opacity: 0.2 },
      },
      {
        type: "line",
        symbol: "circle",
        symbolSize: 6,
        color: colour("tone-accent"),
        lineStyle: { width: 2 },
        data: of((mark) => ({ value: mark.value, itemStyle: { color: colour(`tone-${mark.tone}`) } })),
      },
    ],
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
    markLine: whiskers(spec),
    data: spec.marks.map((mark) => ({
      value: mark.value,
      itemStyle: { color: colour(`tone-${mark.tone}`), borderRadius: look.borderRadius },
      label: { show: Boolean(look.label) && mark.high == null }, // else it stands beyond the interval
    })),
    label: {
      position: look.label,
      distance: 8,
      color: colour("ink"),
      fontSize: 13,
      formatter: (mark) => spec.marks[mark.dataIndex].text,
    },
  };
}

const SHAPES = { bars, columns, weeks };

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
    ...SHAPES[spec.kind](spec, width),
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
  const place = document.querySelector("[data-link-state]"); // pages that do not renew themselves have none
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
