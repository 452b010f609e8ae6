// Full-text search: the ranking of the command line's index (Okapi BM25 over weighted columns), in the page.

const columnWeights = [10, 7, 5, 3, 3, 1];
const synonymWeight = 0.55;

function makeSearch(catalog) {
  const american = americanSpelling(catalog.vocabulary.spelling);
  const wordsOf = (text) => (fold(text).match(wordPattern) || []).map(american);
  const groups = makeSynonyms(catalog.vocabulary, wordsOf);

  // One array of stems for each entry; -1 parts the columns, so that no phrase reaches across.
  const stemNumbers = new Map();
  const entriesWithWord = new Map();
  const texts = catalog.entries.map((entry) => {
    const stems = [];
    const weights = [];
    const seen = new Set();
    columnsOf(entry, catalog).forEach((text, column) => {
      for (const word of wordsOf(text)) {
        seen.add(word);
        const stemmed = stem(word);
        let number = stemNumbers.get(stemmed);
        if (number === undefined) {
          number = stemNumbers.size;
          stemNumbers.set(stemmed, number);
        }
        stems.push(number);
        weights.push(columnWeights[column]);
      }
      stems.push(-1);
      weights.push(0);
    });
    for (const word of seen) entriesWithWord.set(word, (entriesWithWord.get(word) || 0) + 1);
    return { stems: Int32Array.from(stems), weights, length: stems.length - columnWeights.length };
  });
  const averageLength = texts.reduce((sum, text) => sum + text.length, 0) / Math.max(1, texts.length);

  // For each stem the entries that have it, with the weights of its places summed.
  const postings = Array.from({ length: stemNumbers.size }, () => new Map());
  texts.forEach((text, row) => {
    text.stems.forEach((number, place) => {
      if (number < 0) return;
      const posting = postings[number];
      posting.set(row, (posting.get(row) || 0) + text.weights[place]);
    });
  });
  const sortedWords = [...entriesWithWord.keys()].sort();

  function scored(frequencies) {
    const count = frequencies.size;
    const rarity = Math.max(1e-6, Math.log((texts.length - count + 0.5) / (count + 0.5)));
    const scores = new Map();
    for (const [row, frequency] of frequencies) {
      const shape = 1.2 * (0.25 + (0.75 * texts[row].length) / averageLength);
      scores.set(row, (rarity * frequency * 2.2) / (frequency + shape));
    }
    return scores;
  }

  const phraseScores = new Map();

  function phrase(words) {
    const key = words.join(' ');
    let found = phraseScores.get(key);
    if (found) return found;
    const numbers = words.map((word) => stemNumbers.get(stem(word)));
    let frequencies = new Map();
    if (!numbers.includes(undefined)) {
      if (numbers.length === 1) {
        frequencies = postings[numbers[0]];
      } else {
        for (const row of postings[numbers[0]].keys()) {
          const { stems, weights } = texts[row];
          let sum = 0;
          for (let place = 0; place + numbers.length <= stems.length; place += 1) {
            if (numbers.every((number, offset) => stems[place + offset] === number)) sum += weights[place];
          }
          if (sum > 0) frequencies.set(row, sum);
        }
      }
    }
    found = scored(frequencies);
    phraseScores.set(key, found);
    return found;
  }

  function wordsStartingWith(start) {
    let low = 0;
    let high = sortedWords.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sortedWords[middle] < start) low = middle + 1;
      else high = middle;
    }
    let end = low;
    while (end < sortedWords.length && sortedWords[end].startsWith(start)) end += 1;
    return sortedWords.slice(low, end);
  }

  function prefix(start) {
    const numbers = new Set(wordsStartingWith(start).map((word) => stemNumbers.get(stem(word))));
    const stemmed = stem(start);
    for (const [known, number] of stemNumbers) if (known.startsWith(stemmed)) numbers.add(number);
    const frequencies = new Map();
    for (const number of numbers) {
      for (const [row, weight] of postings[number]) frequencies.set(row, (frequencies.get(row) || 0) + weight);
    }
    return scored(frequencies);
  }

  const add = (scores, more) => {
    for (const [row, score] of more) scores.set(row, (scores.get(row) || 0) + score);
  };

  // The entries that have an idea. A synonym counts less than the word, and never adds to it.
  function match(concept, mayGoOn) {
    const words = concept.typed.split(' ');
    let scores = new Map();
    if (words.length === 1) {
      add(scores, phrase(words));
      // The last word may still be in the typing.
      if (mayGoOn && concept.typed.length >= 3) add(scores, prefix(concept.typed));
    } else {
      const each = words.map((word) => phrase([word]));
      for (const row of each[0].keys()) {
        if (each.every((found) => found.has(row))) {
          scores.set(row, each.reduce((sum, found) => sum + found.get(row), 0));
        }
      }
      for (const [row, score] of phrase(words)) scores.set(row, (scores.get(row) || 0) + score);
    }
    if (!concept.others.length) return scores;
    const others = new Map();
    for (const other of concept.others) add(others, phrase(other.split(' ')));
    for (const [row, score] of others) scores.set(row, Math.max(scores.get(row) || 0, score * synonymWeight));
    return scores;
  }

  // The word itself where it stands anywhere; otherwise the closest word that does.
  function known(word) {
    if (stemNumbers.has(stem(word)) || groups.knows(word) || wordsStartingWith(word).length) return word;
    const limit = tolerance(word.length);
    if (limit === 0) return word;
    let best = null;
    const consider = (candidate, entries) => {
      const far = wordDistance(word, candidate, limit);
      if (far > limit) return;
      const isBetter = !best || far < best.far ||
        (far === best.far && (entries > best.entries || (entries === best.entries && candidate < best.candidate)));
      if (isBetter) best = { candidate, far, entries };
    };
    for (const [candidate, entries] of entriesWithWord) consider(candidate, entries);
    for (const candidate of groups.words) consider(candidate, entriesWithWord.get(candidate) || 0);
    return best ? best.candidate : word;
  }

  const prior = (entry) => {
    if (entry.kind === 'dataset') return 1.25;
    if (entry.kind !== 'reference') return 1.1;
    return entry.reference && entry.reference.duplicateOf ? 0.6 : 1;
  };

  // Rows in order, best first; null when nothing was asked.
  return function search(query) {
    const all = wordsOf(query).slice(0, 32);
    const telling = all.filter((word) => !stopWords.has(word));
    const typed = telling.length ? telling : all;
    if (!typed.length) return null;
    const corrected = [];
    const words = typed.map((word) => {
      const found = known(word);
      if (found !== word) corrected.push([word, found]);
      return found;
    });
    const concepts = groups.concepts(words);
    const found = new Map();
    concepts.forEach((concept, index) => {
      for (const [row, score] of match(concept, index === concepts.length - 1)) {
        const sum = found.get(row) || { score: 0, ideas: 0 };
        sum.score += score;
        sum.ideas += 1;
        found.set(row, sum);
      }
    });
    const ranked = [...found].map(([row, { score, ideas }]) => {
      const share = ideas / concepts.length;
      return [row, score * share * share * prior(catalog.entries[row])];
    });
    ranked.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    return { rows: ranked.map(([row]) => row), corrected, stems: new Set(words.map(stem)) };
  };
}

// The texts of the weighted columns.
function columnsOf(entry, catalog) {
  const facets = [];
  for (const field of ['modality', 'bodyPart', 'task', 'format', 'area']) {
    for (const id of catalog.termsOf(entry, field)) {
      for (const wide of catalog.widened(field, id)) facets.push(catalog.nameOf(field, wide));
    }
  }
  if (entry.dataset) facets.push(entry.dataset.access);
  const { citation } = entry;
  const cited = citation
    ? [...citation.authors, citation.title, citation.venue || '', citation.year || ''].join(' ') : '';
  const { dataset = {}, system = {}, framework = {} } = entry;
  const details = [dataset.labels, dataset.metric, dataset.size, dataset.terms, system.input, system.architecture,
    system.output, system.result, framework.engine, framework.language];
  return [
    `${entry.name} ${entry.id}`, entry.keywords.join(' . '), facets.join(' . '), cited, entry.summary,
    details.filter(Boolean).join(' . '),
  ];
}

// Phrases that mean the same, and how a query is cut into ideas: the longest known phrases first.
function makeSynonyms(vocabulary, wordsOf) {
  const groups = [];
  const byPhrase = new Map();
  const words = new Set();
  let longest = 1;
  const addGroup = (texts) => {
    const phrases = [...new Set(texts.map((text) => wordsOf(text).join(' ')).filter(Boolean))];
    if (phrases.length < 2) return;
    for (const one of phrases) {
      const parts = one.split(' ');
      parts.forEach((part) => words.add(part));
      longest = Math.max(longest, parts.length);
      if (!byPhrase.has(one)) byPhrase.set(one, []);
      byPhrase.get(one).push(groups.length);
    }
    groups.push(phrases);
  };
  for (const [field, terms] of Object.entries(vocabulary.terms)) {
    if (field === 'access') continue;
    for (const term of terms) addGroup([term.name, term.id, ...(term.synonyms || [])]);
  }
  vocabulary.synonyms.forEach(addGroup);
  return {
    words,
    knows: (word) => words.has(word),
    concepts(typed) {
      const concepts = [];
      let start = 0;
      while (start < typed.length) {
        let length = Math.min(longest, typed.length - start);
        while (length > 1 && !byPhrase.has(typed.slice(start, start + length).join(' '))) length -= 1;
        const one = typed.slice(start, start + length).join(' ');
        const others = new Set((byPhrase.get(one) || []).flatMap((group) => groups[group]));
        others.delete(one);
        concepts.push({ typed: one, others: [...others] });
        start += length;
      }
      return concepts;
    },
  };
}
