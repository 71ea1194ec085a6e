//! Menu rows, tooltips and toasts.
