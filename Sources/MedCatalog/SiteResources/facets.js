// The filters: values of one field are alternatives, fields hold together. Counts tell what a choice would show.

const shortFacet = 7;

function makeFacets(catalog, onToggle) {
  const opened = new Set();
  const holder = byID('facet-groups');

  // The entries that pass all fields but one.
  function passing(rows, filters, except) {
    return rows.filter((row) => facetFields.every(([field]) => {
      if (field === except || filters[field].size === 0) return true;
      const has = catalog.facetTerms[row][field];
      for (const wanted of filters[field]) if (has.has(wanted)) return true;
      return false;
    }));
  }

  function counts(rows, filters, field) {
    const found = new Map();
    for (const row of passing(rows, filters, field)) {
      for (const id of catalog.facetTerms[row][field]) found.set(id, (found.get(id) || 0) + 1);
    }
    return found;
  }

  // An element keeps its place and focus from one drawing to the next.
  const groups = new Map();

  function option(field, id) {
    const count = h('span', { class: 'facet-count' });
    const box = h('input', {
      type: 'checkbox', value: id, 'data-field': field, onchange: () => onToggle(field, id),
    });
    const name = catalog.nameOf(field, id);
    const element = h('li', null, h('label', { class: 'facet-option' }, box, h('span', { class: 'facet-name' }, name), count));
    return { id, name, element, box, count };
  }

  for (const [field, , title] of facetFields) {
    const values = [...catalog.facetValues[field]];
    if (!values.length) continue;
    const list = h('ul', { class: 'facet-list' });
    const more = h('button', {
      type: 'button', class: 'facet-more', 'aria-expanded': 'false',
      onclick: () => {
        if (!opened.delete(field)) opened.add(field);
        arrange(groups.get(field));
      },
    });
    const element = h('fieldset', { class: 'facet', 'data-facet': field }, h('legend', null, title), list, more);
    groups.set(field, { field, title, element, list, more, options: values.map((id) => option(field, id)), numbers: new Map() });
    holder.append(element);
  }

  function arrange(group) {
    const { numbers, list, more, options } = group;
    const isOpen = opened.has(group.field);
    const ordered = options.filter((one) => numbers.get(one.id) || one.box.checked);
    if (group.field !== 'kind' && group.field !== 'support' && group.field !== 'access') {
      ordered.sort((a, b) => b.box.checked - a.box.checked || (numbers.get(b.id) || 0) - (numbers.get(a.id) || 0) ||
        (a.name < b.name ? -1 : 1));
    }
    const checked = ordered.filter((one) => one.box.checked).length;
    const shown = isOpen ? ordered : ordered.slice(0, Math.max(shortFacet, checked));
    const current = [...list.children];
    if (current.length !== shown.length || shown.some((one, i) => one.element !== current[i])) {
      const focused = document.activeElement;
      list.replaceChildren(...shown.map((one) => one.element));
      if (focused && list.contains(focused)) focused.focus();
    }
    for (const one of shown) one.count.textContent = String(numbers.get(one.id) || 0);
    const hidden = ordered.length - shown.length;
    more.hidden = !isOpen && hidden === 0;
    more.textContent = isOpen ? 'Show fewer' : `Show all ${ordered.length}`;
    more.setAttribute('aria-expanded', String(isOpen));
    group.element.hidden = ordered.length === 0;
  }

  return {
    admitted: (rows, filters) => passing(rows, filters, null),
    draw(rows, filters) {
      for (const group of groups.values()) {
        group.numbers = counts(rows, filters, group.field);
        for (const one of group.options) one.box.checked = filters[group.field].has(one.id);
        arrange(group);
      }
    },
  };
}

// The terms of each entry with their wider ones, and for each field the values that occur, in the vocabulary's order.
function prepareFacets(catalog) {
  catalog.facetTerms = catalog.entries.map((entry) => Object.fromEntries(facetFields.map(([field]) => [
    field, new Set(catalog.termsOf(entry, field).flatMap((id) => catalog.widened(field, id)))])));
  catalog.facetValues = Object.fromEntries(facetFields.map(([field]) => {
    const occurring = new Set(catalog.facetTerms.flatMap((terms) => [...terms[field]]));
    const order = field === 'kind' ? Object.keys(kindNames)
      : field === 'support' ? Object.keys(supportNames) : catalog.vocabulary.terms[field].map((term) => term.id);
    return [field, new Set(order.filter((id) => occurring.has(id)))];
  }));
}
