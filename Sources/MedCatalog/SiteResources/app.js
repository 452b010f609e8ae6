// Ties the parts together: address, search, filters, list, details, keys.

const catalog = readCatalog(byID('catalog-data').textContent);
prepareFacets(catalog);
catalog.shortAuthors = ({ authors, hasMoreAuthors }) => {
  const families = authors.map((author) => author.split(',')[0]);
  if (!families.length) return '';
  if (hasMoreAuthors || families.length > 3) return `${families[0]} et al.`;
  return families.length === 1 ? families[0] : `${families.slice(0, -1).join(', ')} & ${families[families.length - 1]}`;
};

const search = makeSearch(catalog);
const query = byID('query');
const allRows = catalog.entries.map((_, row) => row);
const kindOrder = Object.keys(kindNames);
let state = readState(location.hash, catalog);
let drawnList = null;
// How many addresses back the list lies, when an entry was opened from it.
let depth = 0;

const addressOf = (id) => stateAddress({ ...state, id });
const filterAddress = (field, id) => {
  const next = copyState(state, { id: '', query: '' });
  for (const chosen of Object.values(next.filters)) chosen.clear();
  next.filters[field].add(id);
  return stateAddress(next);
};

const results = makeResults(catalog, addressOf);
const facets = makeFacets(catalog, (field, id) => {
  const next = copyState(state, { id: '' });
  if (!next.filters[field].delete(id)) next.filters[field].add(id);
  go(next);
});
const details = makeDetails(catalog, { addressOf, filterAddress, onClose: closeDetails, onStep: stepDetails });

// MARK: - Drawing

function sorted(rows, isRanked) {
  const entries = catalog.entries;
  const year = (row) => (entries[row].citation && entries[row].citation.year) || 0;
  const line = (row) => (entries[row].lines.length ? entries[row].lines[0] : Infinity);
  const byName = (a, b) => entries[a].name.localeCompare(entries[b].name, 'en', { sensitivity: 'base', numeric: true });
  const byKind = (a, b) => kindOrder.indexOf(entries[a].kind) - kindOrder.indexOf(entries[b].kind);
  switch (state.sort) {
    case 'name': return [...rows].sort(byName);
    case 'new': return [...rows].sort((a, b) => year(b) - year(a) || byName(a, b));
    case 'list': return [...rows].sort((a, b) => {
      const [one, two] = [line(a), line(b)];
      return one === two ? a - b : one - two;
    });
    default: return isRanked ? rows : [...rows].sort((a, b) => byKind(a, b) || a - b);
  }
}

function drawList() {
  const found = search(state.query);
  const rows = found ? found.rows : allRows;
  facets.draw(rows, state.filters);
  const admitted = sorted(facets.admitted(rows, state.filters), found !== null);
  results.show(admitted, found && found.stems);
  const count = admitted.length;
  const parts = [count === allRows.length ? `${count} entries` : `${count} of ${allRows.length} entries`];
  if (found && found.corrected.length) {
    parts.push(`searched for ${found.corrected.map(([typed, used]) => `“${used}” instead of “${typed}”`).join(', ')}`);
  }
  byID('count').textContent = parts.join(', ');
  drawChips();
  drawnList = listAddress(state);
}

function drawChips() {
  const chosen = facetFields.flatMap(([field]) => [...state.filters[field]].map((id) => [field, id]));
  const chips = byID('chips');
  chips.hidden = chosen.length === 0;
  chips.replaceChildren(...chosen.map(([field, id]) => {
    const name = catalog.nameOf(field, id);
    return h('button', { type: 'button', class: 'chip', 'aria-label': `Remove the filter ${name}`, onclick: () => {
      const next = copyState(state, {});
      next.filters[field].delete(id);
      go(next);
      (chips.querySelector('button') || query).focus();
    } }, name, h('span', { 'aria-hidden': 'true', class: 'chip-cross' }, '×'));
  }));
  if (chosen.length > 1) {
    chips.append(h('button', { type: 'button', class: 'quiet', id: 'clear', onclick: () => {
      const next = copyState(state, {});
      for (const one of Object.values(next.filters)) one.clear();
      go(next);
      query.focus();
    } }, 'Clear all'));
  }
  byID('facets-open').textContent = chosen.length ? `Filters (${chosen.length})` : 'Filters';
}

function draw() {
  if (document.activeElement !== query || query.value.trim() !== state.query.trim()) query.value = state.query;
  byID('sort').value = state.sort;
  if (listAddress(state) !== drawnList) drawList();
  const before = details.shown;
  details.show(state.id);
  document.title = state.id ? `${catalog.byID.get(state.id).name} · ${catalog.title}` : catalog.title;
  if (before && !state.id) results.focus(before);
}

// MARK: - Moving

function go(next, isReplacing = false) {
  const address = stateAddress(next);
  keepQuery();
  if (next.id && !isReplacing) depth += 1;
  if (!next.id) depth = 0;
  state = next;
  if (address !== location.hash && !(address === '#' && location.hash === '')) {
    if (isReplacing) location.replace(address);
    else location.hash = address;
  }
  draw();
  results.refreshLinks();
}

addEventListener('hashchange', () => {
  const next = readState(location.hash, catalog);
  if (stateAddress(next) === stateAddress(state)) return;
  if (!next.id) depth = 0;
  state = next;
  draw();
  results.refreshLinks();
});

// A link to an entry in the page: remember that the list lies behind it.
document.addEventListener('click', (event) => {
  const link = event.target.closest && event.target.closest('a[href^="#"]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  if (link.id === 'skip') {
    byID('results').focus();
    return;
  }
  go(readState(link.getAttribute('href'), catalog));
});

function closeDetails() {
  if (depth === 1) history.back();
  else go(copyState(state, { id: '' }));
}

function stepDetails(step) {
  const ids = results.ids;
  const next = ids.indexOf(state.id) + step;
  if (next >= 0 && next < ids.length) go(copyState(state, { id: ids[next] }), true);
}

// What is typed comes into the address when the typing rests, or before the next address is made.
let typing = 0;

function keepQuery() {
  clearTimeout(typing);
  const address = stateAddress(state);
  if (typing && address !== location.hash) location.replace(address);
  typing = 0;
}

query.addEventListener('input', () => {
  state = copyState(state, { query: query.value });
  drawList();
  clearTimeout(typing);
  typing = setTimeout(keepQuery, 300);
});
byID('search-form').addEventListener('submit', (event) => {
  event.preventDefault();
  results.move(1);
});
byID('sort').addEventListener('change', (event) => go(copyState(state, { sort: event.target.value })));

// MARK: - Filters on small screens

const drawer = byID('facets');
const narrow = matchMedia('(max-width: 60rem)');

function setDrawer(isOpen) {
  drawer.classList.toggle('open', isOpen);
  byID('facets-open').setAttribute('aria-expanded', String(isOpen));
  byID('main').inert = isOpen;
  document.querySelector('.masthead').inert = isOpen;
  document.documentElement.classList.toggle('has-drawer', isOpen);
  if (isOpen) byID('facets-close').focus();
  else if (narrow.matches) byID('facets-open').focus();
}
byID('facets-open').addEventListener('click', () => setDrawer(true));
byID('facets-close').addEventListener('click', () => setDrawer(false));
narrow.addEventListener('change', () => {
  if (drawer.classList.contains('open')) setDrawer(false);
});

// MARK: - Light and dark

const themes = ['', 'light', 'dark'];
const themeLabels = { '': 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' };

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byID('theme-button').textContent = themeLabels[theme];
}
function storedTheme() {
  try {
    return themes.includes(localStorage.getItem('theme')) ? localStorage.getItem('theme') : '';
  } catch {
    return '';
  }
}
byID('theme-button').addEventListener('click', () => {
  const next = themes[(themes.indexOf(document.documentElement.dataset.theme || '') + 1) % themes.length];
  setTheme(next);
  try {
    localStorage.setItem('theme', next);
  } catch {
    // Where nothing may be stored, the choice lasts as long as the page.
  }
});

// MARK: - Keys

byID('help-button').addEventListener('click', () => byID('help').showModal());

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const inHelp = byID('help').open;
  const isTyping = event.target === query || ['SELECT', 'TEXTAREA'].includes(event.target.tagName);
  const act = (action) => {
    event.preventDefault();
    action();
  };
  if (event.key === 'Escape') {
    if (inHelp) return;
    if (state.id) act(closeDetails);
    else if (drawer.classList.contains('open')) act(() => setDrawer(false));
    else if (event.target === query && query.value) {
      act(() => {
        query.value = '';
        query.dispatchEvent(new Event('input'));
      });
    } else if (event.target === query) query.blur();
    return;
  }
  if (inHelp) return;
  if (event.target === query && event.key === 'ArrowDown') act(() => results.move(1));
  if (isTyping) return;
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (event.key === '?') act(() => byID('help').showModal());
  else if (state.id) {
    if (event.key === 'j' || event.key === 'k') act(() => stepDetails(step));
    if (event.key === 'c' && byID('copy-bibtex')) act(() => byID('copy-bibtex').click());
  } else if (event.key === '/') act(() => { query.focus(); query.select(); });
  else if (step && event.target.type !== 'checkbox') act(() => results.move(step));
});

// MARK: - Start

const { statistics } = catalog;
byID('tagline').textContent = `${statistics.datasets} data sets, ${statistics.unique_references} publications, ` +
  `${statistics.systems} systems and ${statistics.frameworks} frameworks for machine learning in biomedicine`;
setTheme(storedTheme());
query.value = state.query;
draw();
