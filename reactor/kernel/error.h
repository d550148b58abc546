// What the operating system answered when it did not do what was asked, as a value.
#pragma once

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

namespace edgewise {

// An error number of the kernel. The named ones are those that some caller in Edgewise treats
// differently; every other errno value is representable too (the underlying value *is* errno),
// and `ErrorText` prints it.
//
// Thread safety: a value. No Edgewise code outside `LinuxKernel` reads `errno`: it is saved on
// the line after the system call and travels as an `Error` from there on.
enum class Error : std::int32_t {
  kNone = 0,
  kWouldBlock = EAGAIN,
  kInterrupted = EINTR,
  kBadHandle = EBADF,
  kNoMemory = ENOMEM,
  kNoBuffers = ENOBUFS,
  kNoSpace = ENOSPC,
  kAccessDenied = EACCES,
  kNotPermitted = EPERM,
  kExists = EEXIST,
  kNotFound = ENOENT,
  kInvalid = EINVAL,
  kInputOutput = EIO,
  kNotASocket = ENOTSOCK,
  kNotADirectory = ENOTDIR,
  kIsADirectory = EISDIR,
  kNameTooLong = ENAMETOOLONG,
  kLinkLoop = ELOOP,
  kCrossDevice = EXDEV,
  kNoSuchDevice = ENXIO,
  kNotSupported = EOPNOTSUPP,
  kNoSystemCall = ENOSYS,
  kProcessLimit = EMFILE,
  kSystemLimit = ENFILE,
  kBrokenPipe = EPIPE,
  kConnectionReset = ECONNRESET,
  kConnectionAborted = ECONNABORTED,
  kConnectionRefused = ECONNREFUSED,
  kNotConnected = ENOTCONN,
  kTimedOut = ETIMEDOUT,
  kInProgress = EINPROGRESS,
  kAlready = EALREADY,
  kIsConnected = EISCONN,
  kProtocol = EPROTO,
  kNoProtocolOption = ENOPROTOOPT,
  kNetworkDown = ENETDOWN,
  kNetworkUnreachable = ENETUNREACH,
  kHostDown = EHOSTDOWN,
  kHostUnreachable = EHOSTUNREACH,
  kNoNetwork = ENONET,
  kAddressInUse = EADDRINUSE,
  kAddressNotAvailable = EADDRNOTAVAIL,
  kFamilyNotSupported = EAFNOSUPPORT,
};

// The symbolic name, such as "ECONNRESET"; "E?" for a number that the C library has no name for,
// empty for `kNone`. The view lives for ever.
std::string_view ErrorSymbol(Error error);

// Symbol and meaning, for people: "ECONNRESET (Connection reset by peer)".
std::string ErrorText(Error error);

}  // namespace edgewise
