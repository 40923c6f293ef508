# A process of a job that hides the socket of its own request: it sends the socket to itself and closes it, so that while the
# server looks, no process has it. The kernel keeps the request back for 200 ms meanwhile. Arguments: port, body.
use strict;
use Socket;
my ($port, $body) = @ARGV;
my ($sendmsg, $recvmsg) = `uname -m` =~ /aarch64/ ? (211, 212) : (46, 47);
socket(my $socket, PF_INET, SOCK_STREAM, 0) or die;
connect($socket, sockaddr_in($port, INADDR_LOOPBACK)) or die;
setsockopt($socket, 6, 3, pack('i', 1)) or die; # TCP_CORK
my $length = length $body;
syswrite $socket, "POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: $length\r\nConnection: close\r\n\r\n$body";
socketpair(my $one, my $other, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die;
# a message of one byte with the descriptor beside it
my $byte = 'x';
my $buffer = pack('P Q', $byte, 1);
my $rights = pack('Q i i i x4', 20, SOL_SOCKET, 1, fileno $socket);
my $message = pack('Q L x4 P Q P Q i x4', 0, 0, $buffer, 1, $rights, length $rights, 0);
syscall($sendmsg, fileno $one, $message, 0) == 1 or die "not sent: $!";
close $socket;
select undef, undef, undef, 1;
syscall($recvmsg, fileno $other, $message, 0) == 1 or die "not received: $!";
my (undef, undef, undef, $descriptor) = unpack('Q i i i', $rights);
open(my $back, '<&=', $descriptor) or die;
my $answer = '';
while (sysread $back, my $part, 65536) { $answer .= $part }
my ($status) = $answer =~ m{^HTTP/1.1 (\d+)};
print "$status\n";
