// The list of entries.

const firstPage = 20;

function makeResults(catalog, addressOf) {
  const list = byID('results');
  const more = byID('more');
  const american = americanSpelling(catalog.vocabulary.spelling);
  let rows = [];
  let drawn = 0;
  let stems = null;

  function byline(entry) {
    const { citation, dataset, framework, system } = entry;
    if (entry.kind === 'reference' && citation) {
      return [catalog.shortAuthors(citation), citation.venue, citation.year].filter(Boolean).join(' · ');
    }
    if (dataset) return [catalog.nameOf('access', dataset.access), dataset.size].filter(Boolean).join(' · ');
    if (framework) return [framework.language, framework.engine, framework.license].filter(Boolean).join(' · ');
    if (system) return `${catalog.nameOf('area', system.area)} · ${system.result}`;
    return '';
  }

  function tags(entry) {
    const names = ['modality', 'bodyPart', 'task'].flatMap((field) =>
      catalog.termsOf(entry, field).map((id) => catalog.nameOf(field, id)));
    return [...new Set(names)].slice(0, 7);
  }

  function item(row) {
    const entry = catalog.entries[row];
    const supported = catalog.termsOf(entry, 'support').map((id) => supportNames[id]);
    const doubled = entry.reference && entry.reference.duplicateOf;
    return h('li', { class: 'item', 'data-id': entry.id },
      h('p', { class: `kicker kind-${entry.kind}` }, h('span', { class: 'kind' }, kindNames[entry.kind]),
        h('span', { class: 'topic' }, catalog.topicOf(entry)),
        supported.length ? h('span', { class: 'supported' }, 'Supported here') : null,
        doubled ? h('span', { class: 'topic' }, 'listed twice') : null),
      h('h2', { class: 'item-name' },
        h('a', { href: addressOf(entry.id), class: 'item-link', dir: 'auto' }, ...marked(entry.name, stems, american))),
      h('p', { class: 'byline', dir: 'auto' }, byline(entry)),
      h('p', { class: 'summary', dir: 'auto' }, ...marked(entry.summary, stems, american)),
      h('ul', { class: 'tags', 'aria-label': 'Keywords' }, tags(entry).map((name) => h('li', null, name))));
  }

  function draw(count) {
    const part = document.createDocumentFragment();
    for (const row of rows.slice(drawn, count)) part.append(item(row));
    list.append(part);
    drawn = Math.min(rows.length, count);
    more.hidden = drawn >= rows.length;
    more.textContent = `Show all ${rows.length}`;
  }

  addEventListener('beforeprint', () => draw(rows.length));

  more.addEventListener('click', () => {
    const next = drawn;
    draw(rows.length);
    const link = list.children[next] && list.children[next].querySelector('a');
    if (link) link.focus();
  });

  const links = () => [...list.querySelectorAll('.item-link')];

  return {
    show(newRows, newStems) {
      rows = newRows;
      stems = newStems;
      drawn = 0;
      list.replaceChildren();
      draw(firstPage);
      if (!rows.length) {
        list.append(h('li', { class: 'empty' }, 'Nothing matches. Remove a filter, or try a wider word.'));
      }
    },
    get ids() { return rows.map((row) => catalog.entries[row].id); },
    // Moves the focus by so many entries; from outside the list to its first or last.
    move(step) {
      let all = links();
      if (!all.length) return;
      const here = all.indexOf(document.activeElement);
      const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step;
      if (next >= all.length && drawn < rows.length) {
        draw(drawn + firstPage);
        all = links();
      }
      if (next < 0) {
        byID('query').focus();
        return;
      }
      const link = all[Math.min(next, all.length - 1)];
      link.focus();
      link.closest('.item').scrollIntoView({ block: 'nearest' });
    },
    focus(id) {
      const found = list.querySelector(`[data-id="${CSS.escape(id)}"] .item-link`);
      if (found) found.focus();
    },
    // Links hold the list's state, which may have changed without a new list.
    refreshLinks() {
      for (const element of list.querySelectorAll('.item')) {
        element.querySelector('.item-link').setAttribute('href', addressOf(element.dataset.id));
      }
    },
  };
}
