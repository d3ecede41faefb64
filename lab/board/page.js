import uPlot from './uPlot.esm.js';

const colours = ['#2f6fde', '#d9730d', '#0f8b8d', '#c2374a', '#7a4fd0'];
const height = 190;
const refreshMs = 2000;

const percentage = (v) => `${(v * 100).toFixed(v < 0.1 && v > 0 ? 1 : 0)} %`;
// `least` is what the axis reaches at least, so that noise near zero looks like noise; `full` is what it never passes.
const ofRequests = { unit: 'share of requests', show: percentage, least: 0.25, full: 1 };
const ofTime = { unit: 'share of time', show: percentage, least: 1, full: 1 };
const seconds = {
  unit: '',
  show: (v) => (v < 1 ? `${(v * 1000).toFixed(0)} ms` : `${v.toFixed(1)} s`),
  least: 0.25,
};
const rate = { unit: 'per second', show: (v) => v.toFixed(v < 10 ? 1 : 0), least: 10 };
const count = {
  unit: 'messages',
  show: (v) => v.toFixed(0),
  least: 10,
  steps: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
};
const readiness = { unit: '', show: (v) => (v < 0.5 ? 'ready' : 'not ready'), least: 1, full: 1, steps: [1] };
const bytes = {
  unit: 'bytes per second',
  show: (v) => (v < 1e3 ? `${v.toFixed(0)} B` : v < 1e6 ? `${(v / 1e3).toFixed(0)} kB` : `${(v / 1e6).toFixed(1)} MB`),
  least: 1000,
};

// A line is: label, service, signal, route.
const overview = [
  {
    title: 'Requests at the front door',
    scale: rate,
    lines: [
      ['all', 'frontend-proxy', 'request_rate'],
      ['home page', 'frontend-proxy', 'request_rate', '/'],
      ['checkout', 'frontend-proxy', 'request_rate', '/api/checkout'],
    ],
  },
  {
    title: 'Errors in buying',
    scale: ofRequests,
    lines: [
      ['payment', 'payment', 'error_ratio', '/charge'],
      ['checkout', 'checkout', 'error_ratio', '/place-order'],
      ['emptying carts', 'cart', 'error_ratio', '/cart/empty'],
    ],
  },
  {
    title: 'Errors in browsing',
    scale: ofRequests,
    lines: [
      ['product catalogue', 'product-catalog', 'error_ratio'],
      ['ads', 'ad', 'error_ratio'],
      ['llm', 'llm', 'error_ratio'],
      ['false summaries', 'product-reviews', 'mismatch_ratio'],
    ],
  },
  {
    title: 'Latency',
    scale: seconds,
    lines: [
      ['home page, p95', 'frontend-proxy', 'latency_p95', '/'],
      ['checkout, p95', 'checkout', 'latency_p95', '/place-order'],
      ['shipping quotes, p95', 'shipping', 'latency_p95', '/get-quote'],
      ['images, mean', 'frontend-proxy', 'latency_mean', '/images/*'],
    ],
  },
  {
    title: 'Busy threads',
    scale: ofTime,
    lines: [
      ['ad', 'ad', 'cpu'],
      ['ad, collecting garbage', 'ad', 'gc_ratio'],
      ['frontend', 'frontend', 'cpu'],
    ],
  },
  {
    title: 'Growth of memory that is kept',
    scale: bytes,
    lines: [
      ['recommendation', 'recommendation', 'retained_growth'],
      ['email', 'email', 'retained_growth'],
    ],
  },
  {
    title: 'Orders waiting in the queue',
    scale: count,
    lines: [
      ['fraud-detection', 'fraud-detection', 'queue_lag'],
      ['accounting', 'accounting', 'queue_lag'],
    ],
  },
  { title: 'Readiness probe', scale: readiness, lines: [['cart', 'cart', 'unready']] },
];

const detail = [
  { title: 'Requests', scale: rate, signal: 'request_rate' },
  { title: 'Errors', scale: ofRequests, signal: 'error_ratio' },
  { title: 'Latency, p95', scale: seconds, signal: 'latency_p95' },
  { title: 'Busy', scale: ofTime, signal: 'cpu' },
  { title: 'Collecting garbage', scale: ofTime, signal: 'gc_ratio' },
  { title: 'Growth of memory that is kept', scale: bytes, signal: 'retained_growth' },
];

const element = (selector) => document.querySelector(selector);
const fetchJson = async (path, query = {}) => {
  const response = await fetch(`api/${path}?${new URLSearchParams(query)}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
};
const clock = (time, withSeconds = true) => new Date(time * 1000).toTimeString().slice(0, withSeconds ? 8 : 5);
const shownSeconds = () => Number(element('#range select').value);

let incidents = [];
let charts = [];

/** Start and end of an incident's fault in epoch seconds; null when it never was in force. */
function span({ appliedAt, withdrawnAt, until, state }) {
  if (!appliedAt) return null;
  const end = withdrawnAt ?? (state === 'closed' ? until : null);
  return [Date.parse(appliedAt) / 1000, end === null ? Date.now() / 1000 : Date.parse(end) / 1000];
}

const nameOf = ({ scenario, flag }) => scenario ?? flag;

/** Shades the time of each incident and writes its name there, below another's where they would meet. */
function shade(plot) {
  const { ctx, bbox } = plot;
  const end = bbox.left + bbox.width;
  const line = 14 * devicePixelRatio;
  const rows = [];
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.textAlign = 'left';
  ctx.textBaseline = 'alphabetic';
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  for (const incident of incidents) {
    const [left, right] = (span(incident) ?? []).map((time) => plot.valToPos(time, 'x', true));
    if (left === undefined || right < bbox.left || left > end) continue;
    ctx.fillStyle = 'rgba(230, 150, 30, 0.16)';
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    const width = ctx.measureText(nameOf(incident)).width + 10 * devicePixelRatio;
    const start = Math.min(Math.max(left, bbox.left) + 5 * devicePixelRatio, end - width);
    const free = rows.findIndex((taken) => taken <= start);
    const row = free === -1 ? rows.length : free;
    rows[row] = start + width;
    ctx.fillStyle = '#9a5b00';
    ctx.fillText(nameOf(incident), start, bbox.top + (row + 1) * line);
  }
  ctx.restore();
}

function draw(parent, { title, scale, lines }) {
  const card = document.createElement('div');
  card.className = 'card';
  card.innerHTML = `<h3>${title} <span>${scale.unit}</span></h3>`;
  parent.append(card);
  const plot = new uPlot(
    {
      width: card.clientWidth - 28,
      height,
      cursor: { sync: { key: 'shop' }, points: { size: 6 } },
      // above the highest line there is room for the incident's name
      scales: { y: { range: (_, __, max) => [0, Math.max(scale.least, max) * 1.2] } },
      series: [
        { label: 'at', value: (_, time) => (time === null ? '–' : clock(time)) },
        ...lines.map(([label], index) => ({
          label,
          stroke: colours[index],
          // a line that lies under another one is still seen
          width: index === 0 ? 3.5 : 1.5,
          points: { show: false },
          value: (_, value) => (value === null || value === undefined ? '–' : scale.show(value)),
        })),
      ],
      axes: [
        {
          stroke: '#687084',
          size: 34,
          space: 72,
          grid: { show: false },
          ticks: { stroke: '#e3e6ee' },
          values: (_, ticks, __, ___, step) => ticks.map((tick) => clock(tick, step < 60)),
        },
        {
          stroke: '#687084',
          size: 62,
          grid: { stroke: '#eef0f5', width: 1 },
          ticks: { show: false },
          incrs: scale.steps,
          filter: (_, ticks) => ticks.map((tick) => (tick > (scale.full ?? Infinity) ? null : tick)),
          values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : scale.show(tick))),
        },
      ],
      hooks: { drawClear: [shade] },
    },
    [[], ...lines.map(() => [])],
    card,
  );
  return { plot, card, lines };
}

// Services are sampled at slightly different moments: whole seconds bring them onto one axis. Where a line has no sample
// it is drawn through (undefined); where there was no traffic it is broken (null).
async function fill({ plot, lines }) {
  const shown = shownSeconds();
  const all = await Promise.all(
    lines.map(async ([, service, signal, route = '']) => {
      const { times, values } = await fetchJson('series', { service, signal, route, seconds: shown, window: 5 });
      return new Map(times.map((time, index) => [Math.round(time), values[index]]));
    }),
  );
  const axis = [...new Set(all.flatMap((line) => [...line.keys()]))].toSorted((a, b) => a - b);
  plot.setData([axis, ...all.map((line) => axis.map((time) => line.get(time)))], false);
  const now = Date.now() / 1000;
  plot.batch(() => {
    plot.setScale('x', { min: now - shown, max: now });
    plot.setScale('y', { min: null, max: null });
  });
  // Unless someone points at a moment, the legend tells the newest values.
  if (plot.cursor.idx === null || plot.cursor.idx === undefined) plot.setLegend({ idx: axis.length - 1 });
}

function showServices(services) {
  const up = services.filter(({ ready }) => ready).length;
  const health = element('#health');
  health.textContent = `${up} of ${services.length} services ready`;
  health.className = up === services.length ? 'pill' : 'pill bad';
  const picker = element('#service');
  if (picker.options.length === 0) {
    picker.append(...services.map(({ name }) => new Option(name)));
    choose('payment');
  }
  element('#services').replaceChildren(
    ...services.map(({ name, ready, restarts, heapBytes }) => {
      const row = document.createElement('tr');
      const cells = [name, ready ? 'yes' : 'no', restarts, `${(heapBytes / 1e6).toFixed(0)} MB`];
      for (const text of cells) row.insertCell().textContent = text;
      if (!ready) row.style.color = 'var(--bad)';
      row.addEventListener('click', () => choose(name));
      return row;
    }),
  );
}

function showIncidents() {
  const from = Date.now() / 1000 - shownSeconds();
  const lately = incidents.filter((incident) => (span(incident)?.[1] ?? 0) > from);
  element('#incidents').replaceChildren(
    ...lately.slice(-4).map((incident) => {
      const [start, end] = span(incident).map((time) => clock(time));
      const over = incident.state === 'closed';
      const fault = nameOf(incident) + (incident.variant ? ` (${incident.variant})` : '');
      const pill = document.createElement('span');
      pill.className = over ? 'pill past' : 'pill warn';
      pill.textContent = over
        ? `${fault} ${start} to ${end}`
        : `incident: ${fault} since ${start}, until ${clock(Date.parse(incident.until) / 1000)}`;
      return pill;
    }),
  );
}

function choose(service) {
  element('#service').value = service;
  for (const { plot, card } of charts.splice(overview.length)) {
    plot.destroy();
    card.remove();
  }
  const parent = element('#detail');
  charts.push(
    ...detail.map(({ title, scale, signal }) => draw(parent, { title, scale, lines: [[service, service, signal]] })),
  );
}

async function refresh() {
  try {
    const [services, listed] = await Promise.all([fetchJson('services'), fetchJson('incidents')]);
    incidents = listed;
    showServices(services);
    showIncidents();
    await Promise.all(charts.map(fill));
  } catch {
    element('#health').textContent = 'no connection to the shop';
    element('#health').className = 'pill bad';
  }
  if (document.hidden)
    await new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
  setTimeout(refresh, refreshMs);
}

charts = overview.map((chart) => draw(element('#overview'), chart));
element('#service').addEventListener('change', ({ target }) => choose(target.value));
addEventListener('resize', () => {
  for (const { plot, card } of charts) plot.setSize({ width: card.clientWidth - 28, height });
});
await refresh();
