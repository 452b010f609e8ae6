// The data of the page, with the questions that all parts ask of it.

const kindNames = { dataset: 'Data set', reference: 'Reference', system: 'System', framework: 'Framework' };
const supportNames = { reader: 'Reads the files', scorer: 'Computes the metric', network: 'Has the network' };

function readCatalog(text) {
  const catalog = JSON.parse(text);
  const fields = Object.keys(catalog.vocabulary.terms);
  const terms = Object.fromEntries(
    fields.map((field) => [field, new Map(catalog.vocabulary.terms[field].map((term) => [term.id, term]))]));
  catalog.byID = new Map(catalog.entries.map((entry) => [entry.id, entry]));
  catalog.topicTitles = new Map(catalog.topics.map((topic) => [`${topic.kind}/${topic.id}`, topic.title]));
  catalog.topicOf = (entry) => (catalog.topicTitles.get(`${entry.kind}/${entry.topic}`) || entry.topic)
    .replace(/^Systems: (.)/, (_, first) => first.toUpperCase());
  catalog.nameOf = (field, id) => {
    if (field === 'kind') return kindNames[id] || id;
    if (field === 'support') return supportNames[id] || id;
    return terms[field] && terms[field].has(id) ? terms[field].get(id).name : id;
  };
  catalog.termsOf = (entry, field) => {
    switch (field) {
      case 'kind': return [entry.kind];
      case 'format': return entry.dataset ? entry.dataset.formats : [];
      case 'access': return entry.dataset ? [entry.dataset.access] : [];
      case 'area': return entry.system ? [entry.system.area] : [];
      case 'support': return [
        entry.support.reader && 'reader', entry.support.scorer && 'scorer', entry.support.networks.length && 'network',
      ].filter(Boolean);
      default: return entry[field] || [];
    }
  };
  // The term and all wider ones: who looks for those finds it too.
  catalog.widened = (field, id) => {
    const chain = [id];
    let next = terms[field] && terms[field].get(id);
    while (next && next.broader && !chain.includes(next.broader)) {
      chain.push(next.broader);
      next = terms[field].get(next.broader);
    }
    return chain;
  };
  catalog.membersOf = (id) => catalog.entries.filter((entry) => entry.dataset && entry.dataset.parent === id);
  return catalog;
}
