/**
 * Says when the server is away or busy, and that the page tries again by itself.
 */
import { byId, showMessage } from './dom.js';

/** @param {import('./store.js').Store} store */
export function bindConnection(store) {
  store.watch(['server'], ({ server }) => {
    const text = {
      ok: null,
      away: 'The server cannot be reached. Trying again by itself…',
      busy: 'The server is busy with others. Trying again by itself…',
    }[server.state];
    showMessage(byId('connection'), text);
  });
}
