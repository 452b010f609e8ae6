// One entry with all that is known of it, in a sheet over the list.

const roleNames = {
  primary: 'Page', paper: 'Paper', code: 'Code', mirror: 'Mirror', archive: 'Archive', documentation: 'Documentation',
  download: 'Download',
};
const statusNames = { alive: 'Alive', moved: 'Moved to another address', gone: 'Gone' };
const correctionNames = {
  'glued-line': 'Parted lines', 'broken-link': 'Broken link', duplicate: 'Listed twice', moved: 'Moved', typo: 'Misspelling',
  'missing-link': 'Missing link', 'bare-link': 'Unlabeled link', 'wrong-number': 'Wrong number', naming: 'Naming',
  'wrong-fact': 'Wrong fact',
};

function makeDetails(catalog, { addressOf, filterAddress, onClose, onStep }) {
  const sheet = byID('details');
  let shown = '';

  sheet.addEventListener('cancel', (event) => {
    event.preventDefault();
    onClose();
  });
  sheet.addEventListener('click', (event) => {
    if (event.target === sheet) onClose();
  });

  const entryLink = (id) => {
    const entry = catalog.byID.get(id);
    return entry ? h('a', { href: addressOf(id), dir: 'auto' }, entry.name) : h('span', null, id);
  };
  const entryList = (ids) => h('ul', { class: 'plain' }, ids.map((id) => h('li', null, entryLink(id))));
  const termLinks = (entry, field) => {
    const ids = catalog.termsOf(entry, field);
    return ids.length ? h('ul', { class: 'pills' }, ids.map((id) =>
      h('li', null, h('a', { href: filterAddress(field, id) }, catalog.nameOf(field, id))))) : null;
  };
  const text = (value) => (value ? h('span', { dir: 'auto' }, value) : null);
  const block = (value) => (value ? h('pre', { class: 'layout', tabindex: '0' }, value) : null);
  const section = (title, ...content) => {
    const inside = content.flat().filter(Boolean);
    return inside.length ? h('section', null, h('h3', null, title), inside) : null;
  };

  // Rows of facts; what is not certain is marked with the reason.
  function facts(entry, rows, doubts) {
    const drawn = rows.filter(([, , value]) => value).map(([label, field, value]) => {
      const reason = field && entry.uncertain[field];
      if (reason) doubts.delete(field);
      return h('div', { class: 'fact' }, h('dt', null, label, reason ? h('span', { class: 'doubt' }, 'not certain') : null),
        h('dd', null, value, reason ? h('p', { class: 'reason', dir: 'auto' }, `Not certain: ${reason}`) : null));
    });
    return drawn.length ? h('dl', { class: 'facts' }, drawn) : null;
  }

  function ownFacts(entry) {
    const { dataset, system, framework, reference } = entry;
    if (dataset) {
      return [['Access', 'access', text(catalog.nameOf('access', dataset.access))], ['Terms', 'terms', text(dataset.terms)],
        ['Size', 'size', text(dataset.size)], ['Formats', 'formats', termLinks(entry, 'format')],
        ['Labels', 'labels', text(dataset.labels)], ['Metric', 'metric', text(dataset.metric)],
        ['Layout', 'layout', block(dataset.layout)], ['Status', 'status', text(statusNames[dataset.status] || dataset.status)],
        ['Part of', 'parent', dataset.parent ? entryLink(dataset.parent) : null]];
    }
    if (system) {
      return [['Area', 'area', termLinks(entry, 'area')], ['Input', 'input', text(system.input)],
        ['Input shape', 'inputShape', text(system.inputShape)], ['Network', 'architecture', text(system.architecture)],
        ['Output', 'output', text(system.output)], ['Result as reported', 'result', text(system.result)],
        ['Described in', 'references', system.references.length ? entryList(system.references) : null]];
    }
    if (framework) {
      return [['Language', 'language', text(framework.language)], ['Engine', 'engine', text(framework.engine)],
        ['License', 'license', text(framework.license)], ['Status', 'status', text(framework.status)]];
    }
    return [['Describes', 'systems', reference && reference.systems.length ? entryList(reference.systems) : null],
      ['Same work as', 'duplicateOf', reference && reference.duplicateOf ? entryLink(reference.duplicateOf) : null]];
  }

  function citation(entry, doubts) {
    const cited = entry.citation;
    if (!cited) return null;
    const identifiers = [
      cited.doi && outsideLink(`https://doi.org/${encodeURI(cited.doi)}`, `doi:${cited.doi}`),
      cited.arxiv && outsideLink(`https://arxiv.org/abs/${encodeURI(cited.arxiv)}`, `arXiv:${cited.arxiv}`),
      cited.pmid && outsideLink(`https://pubmed.ncbi.nlm.nih.gov/${encodeURIComponent(cited.pmid)}/`, `PMID ${cited.pmid}`),
    ].filter(Boolean);
    const authors = cited.authors.join('; ') + (cited.hasMoreAuthors ? '; et al.' : '');
    return facts(entry, [
      ['Title', null, text(cited.title)], ['Authors', null, text(authors)],
      ['Published', 'citation', text([
        cited.venue, cited.volume && `volume ${cited.volume}`, cited.issue && `issue ${cited.issue}`,
        cited.pages && `pages ${cited.pages.replace('-', '\u2013')}`, cited.year, cited.publisher,
      ].filter(Boolean).join(', '))],
      ['Identifiers', null, identifiers.length ? h('ul', { class: 'plain' }, identifiers.map((one) => h('li', null, one))) : null],
    ], doubts);
  }

  function links(entry) {
    return entry.links.map((link) => h('li', { class: `link link-${link.status || 'fine'}` },
      h('span', { class: 'link-role' }, roleNames[link.role] || link.role),
      outsideLink(link.url, link.url.replace(/^https?:\/\/(www\.)?/, ''), 'link-url'),
      link.status ? h('span', { class: 'link-status' }, link.status === 'unverified' ? 'not verified' : link.status) : null));
  }

  function corrections(entry) {
    return entry.corrections.map((one) => h('li', null,
      h('p', { dir: 'auto' }, h('strong', null, `${correctionNames[one.kind] || one.kind}. `), one.note),
      one.was ? h('p', { class: 'was', dir: 'auto' }, h('span', { class: 'visually-hidden' }, 'Was: '), h('del', null, one.was)) : null,
      one.now ? h('p', { class: 'now', dir: 'auto' }, h('span', { class: 'visually-hidden' }, 'Now: '), h('ins', null, one.now)) : null));
  }

  function copyButton(label, content) {
    const button = h('button', { type: 'button', class: 'secondary', onclick: async () => {
      button.textContent = (await copyText(content())) ? 'Copied' : 'Copying is not allowed here';
      setTimeout(() => { button.textContent = label; }, 1800);
    } }, label);
    return button;
  }

  function draw(entry) {
    const extra = catalog.extras[entry.id] || {};
    const doubts = new Set(Object.keys(entry.uncertain));
    const members = catalog.membersOf(entry.id).map((member) => member.id);
    const { support } = entry;
    const supported = [support.reader && 'Reads the files in the owners’ layout', support.scorer && 'Computes the official metric',
      support.networks.length && `Builds ${support.networks.join(', ')}`].filter(Boolean);
    const bibtexButton = extra.bibtex ? copyButton('Copy BibTeX', () => extra.bibtex) : null;
    if (bibtexButton) bibtexButton.id = 'copy-bibtex';
    const summaryDoubt = entry.uncertain.summary;
    doubts.delete('summary');
    const content = [
      section('Facts', facts(entry, [...ownFacts(entry), ['Modality', 'modality', termLinks(entry, 'modality')],
        ['Body part', 'bodyPart', termLinks(entry, 'bodyPart')], ['Task', 'task', termLinks(entry, 'task')],
        ['Keywords', 'keywords', text(entry.keywords.join(', '))]], doubts)),
      section('In DeepMedicine', supported.length ? h('ul', { class: 'plain' }, supported.map((one) => h('li', null, one))) : null),
      section('Members', members.length ? entryList(members) : null),
      section('Citation', citation(entry, doubts), extra.bibtex ? h('pre', { class: 'bibtex', tabindex: '0', 'aria-label': 'BibTeX' }, extra.bibtex) : null),
      section('Links', entry.links.length ? h('ul', { class: 'links' }, links(entry)) : null),
      section('Related', entry.related.length ? entryList(entry.related) : null),
      section('Corrected', entry.corrections.length ? h('ul', { class: 'corrections' }, corrections(entry)) : null),
      section('Also not certain', doubts.size ? h('ul', { class: 'plain' },
        [...doubts].map((field) => h('li', { dir: 'auto' }, `${field}: ${entry.uncertain[field]}`))) : null),
    ];
    const lines = entry.lines.length ? `Line ${entry.lines.join(', ')} of the list · ` : '';
    sheet.replaceChildren(h('article', { class: 'sheet-body' },
      h('header', { class: 'sheet-head' },
        h('div', { class: 'sheet-tools' },
          h('p', { class: `kicker kind-${entry.kind}` }, h('span', { class: 'kind' }, kindNames[entry.kind]),
            h('span', { class: 'topic' }, catalog.topicOf(entry))),
          h('button', { type: 'button', class: 'quiet', onclick: () => onStep(-1), 'aria-label': 'Previous entry' }, 'Previous'),
          h('button', { type: 'button', class: 'quiet', onclick: () => onStep(1), 'aria-label': 'Next entry' }, 'Next'),
          h('button', { type: 'button', class: 'quiet', id: 'details-close', onclick: onClose }, 'Close')),
        h('h2', { id: 'details-title', tabindex: '-1', dir: 'auto' }, entry.name),
        h('p', { class: 'lead', dir: 'auto' }, entry.summary),
        summaryDoubt ? h('p', { class: 'reason', dir: 'auto' }, `Not certain: ${summaryDoubt}`) : null,
        h('div', { class: 'actions' }, extra.url ? outsideLink(extra.url, 'Open the page', 'primary') : null, bibtexButton,
          copyButton('Copy link', () => location.href))),
      content,
      h('footer', { class: 'sheet-foot' }, `${lines}${entry.id}`)));
  }

  return {
    get shown() { return shown; },
    show(id) {
      if (id === shown) return;
      shown = id;
      if (!id) {
        sheet.close();
        document.documentElement.classList.remove('has-sheet');
        return;
      }
      draw(catalog.byID.get(id));
      if (!sheet.open) sheet.showModal();
      document.documentElement.classList.add('has-sheet');
      sheet.scrollTop = 0;
      byID('details-title').focus({ preventScroll: true });
    },
  };
}
