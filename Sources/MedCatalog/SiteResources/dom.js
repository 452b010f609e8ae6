// Elements are made here and nowhere else; text is always text.

function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const byID = (id) => document.getElementById(id);

// A link leaves the page only for the web.
function outsideLink(url, label, className) {
  let isWeb = false;
  try {
    isWeb = ['http:', 'https:'].includes(new URL(url).protocol);
  } catch {
    isWeb = false;
  }
  if (!isWeb) return h('span', { class: className }, label || url);
  return h('a', { href: url, class: className, target: '_blank', rel: 'noopener noreferrer' }, label || url);
}

const stemsOfText = new Map();

// The text with the words that were searched marked.
function marked(text, stems, american) {
  if (!stems || !stems.size) return [text];
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(wordPattern)) {
    let stemmed = stemsOfText.get(match[0]);
    if (stemmed === undefined) {
      stemmed = stem(american(fold(match[0])));
      stemsOfText.set(match[0], stemmed);
    }
    if (!stems.has(stemmed)) continue;
    parts.push(text.slice(end, match.index), h('mark', null, match[0]));
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h('textarea', { class: 'visually-hidden', readonly: true, 'aria-hidden': 'true' });
    area.value = text;
    (document.querySelector('dialog[open]') || document.body).append(area);
    area.select();
    let isCopied = false;
    try {
      isCopied = document.execCommand('copy');
    } catch {
      isCopied = false;
    }
    area.remove();
    return isCopied;
  }
}
