// Words as the search sees them: lower case, without accents, in American spelling.

const stopWords = new Set(
  ('a an and are as at by for from in into is it its of on or that the their this to with ' +
    'data dataset datasets').split(' '));

const wordPattern = /[\p{L}\p{N}]+/gu;

const fold = (text) => text.normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase();

// The rest of a word stays: "tumours" becomes "tumors". The longest key wins.
function americanSpelling(table) {
  const keys = new Map(Object.entries(table));
  const shortest = Math.min(...[...keys.keys()].map((key) => key.length));
  return (word) => {
    for (let length = word.length; length >= shortest; length -= 1) {
      const found = keys.get(word.slice(0, length));
      if (found !== undefined) return found + word.slice(length);
    }
    return word;
  };
}

// Martin Porter's stemmer (Program 14, 1980): "registration", "registered" and "registering" meet.
const stem = (() => {
  const isConsonant = (word, i) => {
    const letter = word[i];
    if ('aeiou'.includes(letter)) return false;
    return letter !== 'y' || i === 0 || !isConsonant(word, i - 1);
  };
  const measure = (word) => {
    let count = 0;
    let afterVowel = false;
    for (let i = 0; i < word.length; i += 1) {
      const consonant = isConsonant(word, i);
      if (consonant && afterVowel) count += 1;
      afterVowel = !consonant;
    }
    return count;
  };
  const hasVowel = (word) => {
    for (let i = 0; i < word.length; i += 1) if (!isConsonant(word, i)) return true;
    return false;
  };
  const endsDouble = (word) => {
    const last = word.length - 1;
    return last > 0 && word[last] === word[last - 1] && isConsonant(word, last);
  };
  const endsShort = (word) => {
    const last = word.length - 1;
    return last > 1 && isConsonant(word, last) && !isConsonant(word, last - 1) && isConsonant(word, last - 2) &&
      !'wxy'.includes(word[last]);
  };
  const pairs = (text) => text.split(' ').map((pair) => pair.split(':'));
  const second = pairs('ational:ate tional:tion enci:ence anci:ance izer:ize bli:ble alli:al entli:ent eli:e ' +
    'ousli:ous ization:ize ation:ate ator:ate alism:al iveness:ive fulness:ful ousness:ous aliti:al iviti:ive ' +
    'biliti:ble logi:log');
  const third = pairs('icate:ic ative: alize:al iciti:ic ical:ic ful: ness:');
  const fourth = ('ement ance ence able ible ment ant ent ism ate iti ous ive ize ion al er ic ou').split(' ');
  const replaced = (word, rules) => {
    for (const [ending, by] of rules) {
      if (!word.endsWith(ending)) continue;
      const base = word.slice(0, -ending.length);
      return measure(base) > 0 ? base + by : word;
    }
    return word;
  };
  const known = new Map();
  const reduce = (whole) => {
    let word = whole;
    if (word.length < 3 || !/^[a-z]+$/.test(word)) return word;
    if (word.endsWith('sses') || word.endsWith('ies')) word = word.slice(0, -2);
    else if (word.endsWith('s') && !word.endsWith('ss')) word = word.slice(0, -1);
    if (word.endsWith('eed')) {
      if (measure(word.slice(0, -3)) > 0) word = word.slice(0, -1);
    } else {
      const ending = ['ed', 'ing'].find((end) => word.endsWith(end) && hasVowel(word.slice(0, -end.length)));
      if (ending) {
        word = word.slice(0, -ending.length);
        if (/(at|bl|iz)$/.test(word)) word += 'e';
        else if (endsDouble(word) && !/[lsz]$/.test(word)) word = word.slice(0, -1);
        else if (measure(word) === 1 && endsShort(word)) word += 'e';
      }
    }
    if (word.endsWith('y') && hasVowel(word.slice(0, -1))) word = `${word.slice(0, -1)}i`;
    word = replaced(replaced(word, second), third);
    const ending = fourth.find((end) => word.endsWith(end));
    if (ending) {
      const base = word.slice(0, -ending.length);
      if (measure(base) > 1 && (ending !== 'ion' || /[st]$/.test(base))) word = base;
    }
    if (word.endsWith('e')) {
      const base = word.slice(0, -1);
      if (measure(base) > 1 || (measure(base) === 1 && !endsShort(base))) word = base;
    }
    if (word.endsWith('ll') && measure(word) > 1) word = word.slice(0, -1);
    return word;
  };
  return (word) => {
    let found = known.get(word);
    if (found === undefined) {
      found = reduce(word);
      known.set(word, found);
    }
    return found;
  };
})();

// Insertions, deletions, substitutions and swaps of neighbors; more than the limit is told as limit + 1.
function wordDistance(a, b, limit) {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i += 1) {
    const row = [i + 1];
    let best = row[0];
    for (let j = 0; j < b.length; j += 1) {
      let cost = Math.min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] === b[j] ? 0 : 1));
      if (i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j]) cost = Math.min(cost, before[j - 1] + 1);
      row.push(cost);
      best = Math.min(best, cost);
    }
    if (best > limit) return limit + 1;
    before = last;
    last = row;
  }
  return last[b.length];
}

const tolerance = (length) => (length < 4 ? 0 : length < 7 ? 1 : 2);
