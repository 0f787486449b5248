# Signs and verifies with Mail::DKIM (Debian: libmail-dkim-perl), by the protocol of dkimpy.py.
use strict;
use warnings;
use JSON::PP;
use MIME::Base64;
use Mail::DKIM::DNS;
use Mail::DKIM::PrivateKey;
use Mail::DKIM::Signer;
use Mail::DKIM::Verifier;
use Net::DNS;

my $request = decode_json(do { local $/; <STDIN> });

# The seam that Mail::DKIM has for this: a resolver of one's own.
package Zone {
    sub new { my ($class, $zone) = @_; return bless {zone => $zone}, $class }
    sub errorstring { return 'NOERROR' }

    sub send {
        my ($self, $name, $type) = @_;
        my $packet = Net::DNS::Packet->new($name, $type);
        my $text = $self->{zone}{$name};
        my @chunks = defined $text ? $text =~ /(.{1,255})/gs : ();
        my $record = @chunks && Net::DNS::RR->new(owner => $name, type => 'TXT', txtdata => \@chunks);
        $packet->push(answer => $record) if $record;
        return $packet;
    }
}
Mail::DKIM::DNS::resolver(Zone->new($request->{zone}));

sub verify {
    my ($message) = @_;
    my $dkim = Mail::DKIM::Verifier->new;
    $dkim->PRINT($message);
    $dkim->CLOSE;
    return [map { $_->result eq 'pass' ? 'pass' : $_->result_detail } $dkim->signatures];
}

sub sign_message {
    my ($message, $job) = @_;
    my $dkim = Mail::DKIM::Signer->new(
        Algorithm => $job->{algorithm},
        Method => $job->{canonicalization},
        Domain => $job->{domain},
        Selector => $job->{selector},
        # PKCS#8 or PKCS#1 without its BEGIN and END lines.
        Key => Mail::DKIM::PrivateKey->load(Data => join '', grep { !/^-----/ } split /\n/, $job->{key}),
    );
    $dkim->PRINT($message);
    $dkim->CLOSE;
    return $dkim->signature->as_string . "\r\n";
}

my @answers = map {
    my $message = decode_base64($_->{message});
    $_->{op} eq 'verify' ? verify($message) : sign_message($message, $_)
} @{$request->{jobs}};
print encode_json(\@answers);
