/**
 * Inks of the posters: a few per genre, so that a genre is known by its colours from afar. `ground`
 * is the paper, `deep` the darkest shape, `mid` and `soft` those between, `glow` the one bright
 * spot; `title` is set on the ground.
 *
 * @typedef {{ground: string, deep: string, mid: string, soft: string, glow: string, title: string}} Palette
 */

/** @param {string} ground @param {string} deep @param {string} mid @param {string} soft @param {string} glow @param {string} title */
const inks = (ground, deep, mid, soft, glow, title) => ({ ground, deep, mid, soft, glow, title });

/** @type {Record<string, Palette[]>} */
export const PALETTES = {
  'Action': [inks('#1c1a20', '#0e0d11', '#c5352b', '#e8702a', '#f7c843', '#fbeed3'), inks('#e5482d', '#1b1418', '#a62a20', '#f08a3c', '#ffe0a1', '#fff3dd')],
  'Adventure': [inks('#f1dcae', '#17414a', '#2f7a78', '#7fb09a', '#e4703a', '#17414a'), inks('#f4c98b', '#3a2b3f', '#7a4a55', '#c47d5c', '#fff0cf', '#3a2b3f')],
  'Animation': [inks('#f9d65c', '#2b3a67', '#e4572e', '#5bb8b0', '#ffffff', '#2b3a67'), inks('#6cc4c0', '#283353', '#f26a4b', '#f7d35f', '#fff7e3', '#1d2745')],
  'Biography': [inks('#e9dcc3', '#3c2f2a', '#8a5f44', '#c39a6b', '#b9402f', '#3c2f2a'), inks('#25323a', '#131b20', '#4c6470', '#8fa3a2', '#e7b765', '#f0e8d6')],
  'Comedy': [inks('#f7cf4d', '#2d2a32', '#e5533d', '#f4876b', '#fff6df', '#2d2a32'), inks('#f2795b', '#2b2436', '#c9443f', '#f9c65d', '#fff3dc', '#2b2436'), inks('#8fcbbd', '#22353b', '#e9644a', '#f6cf65', '#fff7e4', '#1c2d33')],
  'Crime': [inks('#16202c', '#0a1017', '#2f4256', '#55708a', '#f0c35b', '#f2e6c9'), inks('#231c22', '#100c10', '#54343a', '#8a5a50', '#e9a24a', '#f4e4cb')],
  'Dark Comedy': [inks('#1a1a1d', '#050506', '#5d6b2f', '#b5c441', '#eef07a', '#f1f2cf'), inks('#e9e4d4', '#1b1a1f', '#7b2d43', '#c9566b', '#e8c34a', '#1b1a1f')],
  'Documentary': [inks('#e6e4da', '#24302c', '#5c7468', '#9db0a0', '#d2632f', '#24302c'), inks('#22302f', '#111a1a', '#48615c', '#8ba59a', '#eac46b', '#ece8da')],
  'Drama': [inks('#5b2330', '#2a0f18', '#8c3a42', '#c97b63', '#f3cf96', '#f8e6cc'), inks('#27374a', '#121c29', '#4b637c', '#93a8b4', '#f2b872', '#f1e8d8'), inks('#e7d6bd', '#33262a', '#84564e', '#c29274', '#c8452f', '#33262a'), inks('#2f4a45', '#14231f', '#54776c', '#a3bda4', '#f4d58d', '#f3ecd6')],
  'Family': [inks('#bfe0dc', '#27505a', '#4f9a86', '#9fcf92', '#f49b57', '#1f434c'), inks('#fbdcae', '#5a3a4e', '#d6705e', '#f1a873', '#fff6e2', '#5a3a4e')],
  'Fantasy': [inks('#2b2450', '#140f2c', '#4c3f86', '#8f78bd', '#f4d58a', '#f3e9ff'), inks('#173f4f', '#0a222d', '#2f6b76', '#7fb3a8', '#f3d9a0', '#f0f3e2')],
  'History': [inks('#e3c48d', '#4a2c1d', '#9b5a34', '#c98a4f', '#7e1f24', '#4a2c1d'), inks('#3b2b27', '#1d1311', '#7a5038', '#b98a58', '#f0cf8b', '#f3e3c3')],
  'Horror': [inks('#120f12', '#000000', '#5e0f16', '#8f1d1f', '#d8322a', '#f1e3d4'), inks('#1d2420', '#070a08', '#3a4a3a', '#6f7f5e', '#c9d67a', '#eef0d8')],
  'Musical': [inks('#3d1240', '#1c0620', '#8d2466', '#d9477b', '#ffce6b', '#ffeedd'), inks('#0f3d4c', '#06202a', '#1f7381', '#e8685a', '#ffd980', '#fdf1d9')],
  'Mystery': [inks('#12302b', '#061815', '#25564a', '#5c8f78', '#f2d68c', '#eef0d9'), inks('#2a2440', '#120e22', '#4b4270', '#857bab', '#f0c988', '#efe9f7')],
  'Romance': [inks('#f6d3c6', '#5e1f38', '#c23a58', '#ec7f83', '#fff3e6', '#5e1f38'), inks('#7a1f3d', '#3a0b1d', '#b93a57', '#ee8f7d', '#ffdca8', '#ffeadb'), inks('#f4c6a5', '#4a2546', '#a44a71', '#e58a7b', '#fff1d6', '#4a2546')],
  'Sci-Fi': [inks('#0e1730', '#060a19', '#223c74', '#3fa0a8', '#f2a65a', '#e6f1f2'), inks('#1f1236', '#0d0619', '#55287a', '#b0479a', '#62d6cf', '#f6e9ff'), inks('#dfe6df', '#132a3a', '#2f6f84', '#86b5b3', '#ee5f3a', '#132a3a')],
  'Sport': [inks('#2f7d4f', '#123a25', '#246341', '#f2efe2', '#f7cf4d', '#f7f4e4'), inks('#c8452f', '#5e1812', '#a83423', '#f4eadb', '#f9d36a', '#fff4e0')],
  'Thriller': [inks('#e56a2c', '#1c1013', '#b84517', '#1c1013', '#fbe8c6', '#1c1013'), inks('#17181c', '#08080a', '#42454f', '#8d9199', '#d8372b', '#f0ebe0'), inks('#d8b13c', '#1e1a10', '#a3821f', '#1e1a10', '#f9efcf', '#1e1a10')],
  'War': [inks('#6c6b45', '#23231a', '#4a4a30', '#a39b68', '#e0622d', '#f3ecd0'), inks('#b9a883', '#2c2822', '#6d6350', '#8f8468', '#b0301f', '#2c2822')],
  'Western': [inks('#f0c48c', '#5a2318', '#a6452a', '#d57f45', '#fff0cf', '#5a2318'), inks('#d9603b', '#3b1418', '#93301f', '#b8472b', '#fbd58c', '#fdeccb')],
};

/** The first of a film's genres in this order gives the poster its scene: the most telling one. */
export const TELLING = [
  'Western', 'War', 'Horror', 'Musical', 'Sport', 'Sci-Fi', 'Documentary', 'Animation', 'Fantasy',
  'Mystery', 'Dark Comedy', 'Biography', 'History', 'Crime', 'Romance', 'Family', 'Adventure',
  'Thriller', 'Comedy', 'Action', 'Drama',
];
