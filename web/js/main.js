/**
 * Puts the page together: one store, the controllers that write to it, the views that draw it.
 */
import { byId } from './dom.js';
import { createStore, initialState } from './store.js';
import { createReach } from './reach.js';
import { createSuggestions } from './suggestions.js';
import { createViewer } from './viewer.js';
import { createWatching } from './watching.js';
import { bindThemeSwitch } from './theme.js';
import { bindPhases } from './phases-view.js';
import { bindConsent } from './consent-view.js';
import { bindStage } from './stage-view.js';
import { bindOverlay } from './overlay.js';
import { bindPeople } from './people-view.js';
import { bindEmotionChart } from './emotion-chart.js';
import { bindWishes } from './wishes-view.js';
import { bindFilms } from './films-view.js';
import { bindHistory } from './history-view.js';
import { createKeyDialog } from './key-view.js';
import { bindConnection } from './connection-view.js';

const store = createStore(initialState());
const reach = createReach(store);
const askKey = createKeyDialog();
const suggestions = createSuggestions(store, reach, askKey);
const watching = createWatching(store, reach, suggestions, byId('video'), byId('photo'), askKey);
const viewer = createViewer(store, reach, {
  opinionChanged: suggestions.renew,
  leave: watching.stop,
  askKey,
});

bindThemeSwitch(byId('switch-theme'), byId('theme-name'));
bindPhases(store);
bindConnection(store);
bindConsent(store, viewer);
bindStage(store, watching);
bindOverlay(store);
bindPeople(store);
bindEmotionChart(store);
bindWishes(store, suggestions, watching);
bindFilms(store, suggestions, viewer);
bindHistory(store, viewer);

viewer.start();
