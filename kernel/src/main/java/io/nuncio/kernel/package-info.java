/// The kernel.
package io.nuncio.kernel;
