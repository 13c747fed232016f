// Stands in for the package System.IO.Hashing 9.0.0: the types are those of the assembly that comes with the .NET SDK.
// One forwarded type makes that assembly a real dependency, so that the build copies it and the host finds it.
using System.IO.Hashing;
using System.Runtime.CompilerServices;

[assembly: TypeForwardedTo(typeof(XxHash64))]
