// What is shown, as the address tells it: #q=lung+nodules&kind=dataset&modality=ct,mri&sort=name&id=lidc-idri

const facetFields = [
  ['kind', 'kind', 'Kind'], ['modality', 'modality', 'Modality'], ['bodyPart', 'body', 'Body part'],
  ['task', 'task', 'Task'], ['access', 'access', 'Access'], ['format', 'format', 'Format'],
  ['area', 'area', 'Area'], ['support', 'support', 'Supported here'],
];

const sortNames = ['', 'name', 'new', 'list'];

// A filter or entry that does not exist is left out, so that an old link still shows something.
function readState(hash, catalog) {
  const values = new URLSearchParams(hash.replace(/^#/, ''));
  const state = { query: (values.get('q') || '').slice(0, 500), filters: {}, sort: '', id: '' };
  for (const [field, key] of facetFields) {
    const known = (values.get(key) || '').split(',').filter((id) => catalog.facetValues[field].has(id));
    state.filters[field] = new Set(known);
  }
  if (sortNames.includes(values.get('sort'))) state.sort = values.get('sort');
  if (catalog.byID.has(values.get('id'))) state.id = values.get('id');
  return state;
}

function stateAddress(state) {
  const parts = [];
  const add = (key, value) => {
    if (value) parts.push(`${key}=${encodeURIComponent(value).replace(/%20/g, '+').replace(/%2C/g, ',')}`);
  };
  add('q', state.query);
  for (const [field, key] of facetFields) add(key, [...state.filters[field]].join(','));
  add('sort', state.sort);
  add('id', state.id);
  return `#${parts.join('&')}`;
}

const copyState = (state, changes) => ({
  ...state,
  filters: Object.fromEntries(Object.entries(state.filters).map(([field, chosen]) => [field, new Set(chosen)])),
  ...changes,
});

// What changes the list, as opposed to which entry is open.
const listAddress = (state) => stateAddress({ ...state, id: '' });
