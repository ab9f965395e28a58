/* Gives bluetoothd a Bluetooth kernel on a machine that has none: its management socket is connected to the
 * Unix socket named by KERNEL_SOCKET, and its L2CAP sockets listen where nobody ever comes. Loaded by LD_PRELOAD.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define BLUETOOTH 31 /* AF_BLUETOOTH */
#define HCI 1        /* BTPROTO_HCI: the management socket is one */
#define FILES 1024

static char ours[FILES];

static int is_ours(int file) { return file >= 0 && file < FILES && ours[file]; }

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

static int connect_to_kernel(int file) {
  struct sockaddr_un kernel = {.sun_family = AF_UNIX};
  strncpy(kernel.sun_path, getenv("KERNEL_SOCKET"), sizeof kernel.sun_path - 1);
  return connect(file, (struct sockaddr *)&kernel, sizeof kernel);
}

int socket(int family, int kind, int protocol) {
  int (*make)(int, int, int) = next("socket");
  if (family != BLUETOOTH) return make(family, kind, protocol);
  int flags = kind & (SOCK_CLOEXEC | SOCK_NONBLOCK);
  int file = make(AF_UNIX, SOCK_SEQPACKET | flags, 0);
  if (file < 0 || file >= FILES) return file;
  ours[file] = 1;
  if (protocol == HCI) connect_to_kernel(file);
  return file;
}

int bind(int file, const struct sockaddr *address, socklen_t length) {
  int (*real)(int, const struct sockaddr *, socklen_t) = next("bind");
  if (!is_ours(file)) return real(file, address, length);
  struct sockaddr anywhere = {.sa_family = AF_UNIX};
  real(file, &anywhere, sizeof anywhere.sa_family); /* a connected one stays as it is */
  return 0;
}

int setsockopt(int file, int level, int name, const void *value, socklen_t length) {
  int (*real)(int, int, int, const void *, socklen_t) = next("setsockopt");
  return is_ours(file) ? 0 : real(file, level, name, value, length);
}

int getsockopt(int file, int level, int name, void *value, socklen_t *length) {
  int (*real)(int, int, int, void *, socklen_t *) = next("getsockopt");
  if (!is_ours(file)) return real(file, level, name, value, length);
  memset(value, 0, *length);
  return 0;
}

int getsockname(int file, struct sockaddr *address, socklen_t *length) {
  int (*real)(int, struct sockaddr *, socklen_t *) = next("getsockname");
  if (!is_ours(file)) return real(file, address, length);
  memset(address, 0, *length);
  address->sa_family = BLUETOOTH;
  return 0;
}

int close(int file) {
  int (*real)(int) = next("close");
  if (is_ours(file)) ours[file] = 0;
  return real(file);
}
