package io.nuncio.kernel.listener;

import io.nuncio.kernel.init.InitManager;

/// A listener that waits for what it needs before it serves.
record WarmingListener(ActiveListener listener, InitManager init) {}
